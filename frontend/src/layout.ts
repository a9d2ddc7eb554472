import { HELP, type ViewCommand } from './keys';

/** Command, what it does, its key, and its icon: a path on a 24-unit grid, drawn for this page. */
const TOOLS: readonly (readonly [ViewCommand, string, string, string])[] = [
  ['invert', 'Invert', 'I', 'M12 4a8 8 0 1 0 0 16a8 8 0 1 0 0-16zM12 4v16M12 7.5h5.5M12 12h8M12 16.5h5.5'],
  ['pan', 'Left drag pans', 'P', 'M12 3v18M3 12h18M9 6l3-3 3 3M9 18l3 3 3-3M6 9l-3 3 3 3M18 9l3 3-3 3'],
  ['zoom-in', 'Zoom in', 'Z', 'M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13zM15.5 15.5L21 21M10.5 7.5v6M7.5 10.5h6'],
  ['zoom-out', 'Zoom out', '−', 'M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13zM15.5 15.5L21 21M7.5 10.5h6'],
  ['reset', 'Reset', 'Space', 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5M9 9h6v6H9z'],
  ['rotate-left', 'Rotate left', 'L', 'M5 12a7 7 0 1 0 2.5-5.4M4 3.5l3.3 3.3L4 10'],
  ['rotate-right', 'Rotate right', 'R', 'M19 12a7 7 0 1 1-2.5-5.4M20 3.5l-3.3 3.3L20 10'],
  ['flip-horizontal', 'Flip left and right', 'H', 'M12 3v18M9 7L3 17h6zM15 7l6 10h-6z'],
  ['flip-vertical', 'Flip top and bottom', 'V', 'M3 12h18M7 9L17 3v6zM7 15l10 6v-6z'],
];

function tool([command, name, key, path]: (typeof TOOLS)[number]): string {
  const pressed = command === 'pan' ? ' aria-pressed="false"' : '';
  return `<button type="button" data-view="${command}" title="${name} (${key})" aria-label="${name}"${pressed}>
    <svg viewBox="0 0 24 24" aria-hidden="true"><path d="${path}"/></svg></button>`;
}

/** The page's fixed frame. No data goes in here: everything that the server says is set as text. */
const FRAME = `
<header class="bar">
  <a class="leave" data-part="leave">Leave</a>
  <p class="title"><strong data-part="study"></strong> <span data-part="phase"></span></p>
  <p class="save-state" data-part="saveState" role="status"></p>
  <p class="count" data-part="count" role="status"></p>
  <progress data-part="progress" aria-label="Cases read"></progress>
  <button type="button" data-part="help" aria-haspopup="dialog">Help <kbd>?</kbd></button>
</header>
<p class="banner" data-part="banner" hidden>Practice – not recorded in the results</p>
<div class="stage" data-part="stage">
  <div class="image" data-part="image" tabindex="0" role="img"><div class="viewport" data-part="viewport"></div></div>
  <p class="corner top-left" data-part="cornerCase" aria-hidden="true"></p>
  <p class="corner bottom-left" data-part="cornerWindow" aria-hidden="true"></p>
  <p class="corner bottom-right" data-part="cornerZoom" aria-hidden="true"></p>
  <div class="curtain" data-part="curtain"><p data-part="curtainText" role="status"></p></div>
</div>
<aside class="panel" data-part="panel" aria-label="Your judgement">
  <p class="instructions" data-part="instructions"></p>
  <section class="answer" data-part="answer">
    <h2 id="call-label">Call</h2>
    <div class="calls" role="group" aria-labelledby="call-label">
      <button type="button" data-call="authentic" aria-pressed="false" aria-keyshortcuts="A">Authentic <kbd>A</kbd></button>
      <button type="button" data-call="synthetic" aria-pressed="false" aria-keyshortcuts="S">Synthetic <kbd>S</kbd></button>
    </div>
    <h2><label for="confidence">Confidence</label> <output data-part="confidenceValue" for="confidence"></output></h2>
    <div class="scale">
      <input type="range" id="confidence" data-part="confidence" min="1" max="100" step="1">
      <div class="ticks" data-part="ticks"></div>
      <p class="anchors"><span>guessing</span><span>certain</span></p>
    </div>
    <button type="button" class="primary" data-part="submit">Submit <kbd>Enter</kbd></button>
    <p class="hint" data-part="hint"></p>
  </section>
  <section class="feedback" data-part="feedback" hidden>
    <p class="verdict" data-part="verdict" role="status"></p>
    <p data-part="yours"></p>
    <p data-part="explanation"></p>
    <ul data-part="telltales" aria-label="Telltales"></ul>
    <button type="button" class="primary" data-part="proceed"><span data-part="proceedText"></span> <kbd>Enter</kbd></button>
  </section>
  <p class="notice" data-part="notice" role="status"></p>
  <div class="problem" data-part="problem" role="alert" hidden>
    <p data-part="problemText"></p>
    <p><button type="button" data-part="retry"></button> <a data-part="login" target="_blank" rel="opener">Log in again</a></p>
  </div>
  <div class="tools" data-part="tools" role="toolbar" aria-label="Image">
    ${TOOLS.map(tool).join('')}
  </div>
</aside>
<section class="screen" data-part="screen" hidden>
  <h1 data-part="screenTitle" tabindex="-1"></h1>
  <p data-part="screenText"></p>
  <p class="problem" data-part="screenProblem" role="alert"></p>
  <p class="actions">
    <button type="button" class="primary" data-part="screenAction"></button>
    <a data-part="screenLogin">Log in again</a>
    <a data-part="home">My studies</a>
  </p>
</section>
<dialog data-part="dialog" aria-labelledby="help-title">
  <h2 id="help-title">Keys and mouse</h2>
  <div class="help" data-part="helpBody"></div>
  <form method="dialog"><button class="primary">Close <kbd>Esc</kbd></button></form>
</dialog>`;

const PARTS = {
  leave: HTMLAnchorElement,
  study: HTMLElement,
  phase: HTMLElement,
  saveState: HTMLElement,
  count: HTMLElement,
  progress: HTMLProgressElement,
  help: HTMLButtonElement,
  banner: HTMLElement,
  stage: HTMLElement,
  image: HTMLElement,
  viewport: HTMLDivElement,
  cornerCase: HTMLElement,
  cornerWindow: HTMLElement,
  cornerZoom: HTMLElement,
  curtain: HTMLElement,
  curtainText: HTMLElement,
  panel: HTMLElement,
  instructions: HTMLElement,
  answer: HTMLElement,
  confidenceValue: HTMLOutputElement,
  confidence: HTMLInputElement,
  ticks: HTMLElement,
  submit: HTMLButtonElement,
  hint: HTMLElement,
  feedback: HTMLElement,
  verdict: HTMLElement,
  yours: HTMLElement,
  explanation: HTMLElement,
  telltales: HTMLUListElement,
  proceed: HTMLButtonElement,
  proceedText: HTMLElement,
  notice: HTMLElement,
  problem: HTMLElement,
  problemText: HTMLElement,
  retry: HTMLButtonElement,
  login: HTMLAnchorElement,
  tools: HTMLElement,
  screen: HTMLElement,
  screenTitle: HTMLElement,
  screenText: HTMLElement,
  screenProblem: HTMLElement,
  screenAction: HTMLButtonElement,
  screenLogin: HTMLAnchorElement,
  home: HTMLAnchorElement,
  dialog: HTMLDialogElement,
  helpBody: HTMLElement,
} as const;

export type Parts = { readonly [name in keyof typeof PARTS]: InstanceType<(typeof PARTS)[name]> };

/** Build the page inside `root` and hand out its named parts. */
export function layOut(root: HTMLElement): Parts {
  root.innerHTML = FRAME;
  const found = Object.entries(PARTS).map(([name, kind]) => {
    const element = root.querySelector(`[data-part="${name}"]`);
    if (!(element instanceof kind)) throw new Error(`The page has no ${name}`);
    return [name, element];
  });
  const parts = Object.fromEntries(found) as Parts;
  parts.ticks.append(...ticks());
  parts.helpBody.append(...helpTables());
  return parts;
}

function ticks(): HTMLButtonElement[] {
  return Array.from({ length: 10 }, (_, index) => {
    const value = (index + 1) * 10;
    const tick = document.createElement('button');
    tick.type = 'button';
    tick.tabIndex = -1; // the slider and the digits do the same by keyboard
    tick.dataset.confidence = String(value);
    tick.textContent = String(value);
    tick.style.setProperty('--at', String((value - 1) / 99));
    return tick;
  });
}

function helpTables(): HTMLElement[] {
  return HELP.map(({ group, rows }) => {
    const section = document.createElement('section');
    const title = document.createElement('h3');
    title.textContent = group;
    const list = document.createElement('dl');
    for (const [keys, help] of rows) {
      const term = document.createElement('dt');
      term.textContent = keys;
      const meaning = document.createElement('dd');
      meaning.textContent = help;
      list.append(term, meaning);
    }
    section.append(title, list);
    return section;
  });
}
