import { t } from './texts';

/** The page's fixed frame. No data goes in here: everything that the server says is set as text. */
const FRAME = `
<header class="bar">
  <a class="leave" data-part="leave">${t.header.leave}</a>
  <h1 class="title"><span data-part="study"></span> <span class="phase" data-part="phase"></span></h1>
  <p class="save-state" data-part="saveState" data-kind="saved"></p>
  <p class="count"><span data-part="count"></span> <span class="left" data-part="left"></span></p>
  <progress data-part="progress" aria-label="${t.header.progress}"></progress>
  <p class="elapsed" title="${t.header.elapsed}"><span class="unseen">${t.header.elapsed}: </span><span data-part="elapsed">0:00</span></p>
  <button type="button" data-part="pause">${t.header.pause}</button>
  <button type="button" data-part="told">${t.header.instructions}</button>
  <button type="button" data-part="fullScreen" aria-pressed="false">${t.header.fullScreen}</button>
  <button type="button" data-part="help" aria-haspopup="dialog">${t.header.help} <kbd aria-hidden="true">?</kbd></button>
</header>
<div class="banners">
  <p class="banner" data-part="rehearsal" hidden>${t.header.rehearsal}</p>
  <p class="banner" data-part="practice" hidden>${t.header.practice}</p>
  <div class="banner notice" data-part="notice" hidden><p data-part="noticeText"></p><span data-part="noticeActions"></span></div>
  <p class="banner" data-part="storeless" hidden>${t.save.noStore}</p>
</div>
<div class="tools" data-part="tools" role="toolbar" aria-label="${t.image.toolbar}" aria-orientation="vertical"></div>
<div class="stage waiting" data-part="stage">
  <div class="image" data-part="image" tabindex="0" role="img"><div class="viewport" data-part="viewport"></div></div>
  <p class="corner top-left" data-part="cornerCase" aria-hidden="true"></p>
  <p class="corner bottom-left" data-part="cornerWindow" aria-hidden="true"></p>
  <p class="corner bottom-right" data-part="cornerZoom" aria-hidden="true"></p>
  <div class="curtain" data-part="curtain"><p data-part="curtainText"></p></div>
</div>
<section class="panel" data-part="panel" aria-label="${t.panel.label}">
  <div class="sheet" data-part="sheet">
    <p class="clock" data-part="clock" hidden></p>
    <div class="revising" data-part="revising" hidden><p data-part="revisingText"></p>
      <button type="button" data-part="leaveRevision">${t.undo.leave}</button></div>
    <section class="aid" data-part="aid" aria-label="${t.aid.label}" hidden></section>
    <div class="questions" data-part="questions"></div>
    <section class="feedback" data-part="feedback" aria-label="${t.feedback.label}" hidden></section>
  </div>
  <div class="foot">
    <div class="problem" data-part="problem" role="alert" hidden><p data-part="problemText"></p><button type="button" data-part="retry"></button></div>
    <button type="button" class="primary" data-part="submit" aria-describedby="hint"></button>
    <p class="hint" id="hint" data-part="hint"></p>
    <div class="afterthought">
      <button type="button" class="quiet undo" data-part="undo" hidden><span>${t.undo.action}</span> <span data-part="undoLeft"></span></button>
      <form class="earlier" data-part="earlier" hidden><label for="earlier">${t.undo.earlier}</label>
        <select id="earlier" data-part="earlierChoice"></select> <button>${t.undo.open}</button></form>
    </div>
  </div>
</section>
<section class="screen" data-part="screen" hidden></section>
<p class="unseen" data-part="said" role="status"></p>`;

const PARTS = {
  leave: HTMLAnchorElement,
  study: HTMLElement,
  phase: HTMLElement,
  saveState: HTMLElement,
  count: HTMLElement,
  left: HTMLElement,
  progress: HTMLProgressElement,
  elapsed: HTMLElement,
  pause: HTMLButtonElement,
  told: HTMLButtonElement,
  fullScreen: HTMLButtonElement,
  help: HTMLButtonElement,
  rehearsal: HTMLElement,
  practice: HTMLElement,
  notice: HTMLElement,
  noticeText: HTMLElement,
  noticeActions: HTMLElement,
  storeless: HTMLElement,
  tools: HTMLElement,
  stage: HTMLElement,
  image: HTMLElement,
  viewport: HTMLDivElement,
  cornerCase: HTMLElement,
  cornerWindow: HTMLElement,
  cornerZoom: HTMLElement,
  curtain: HTMLElement,
  curtainText: HTMLElement,
  panel: HTMLElement,
  sheet: HTMLElement,
  clock: HTMLElement,
  revising: HTMLElement,
  revisingText: HTMLElement,
  leaveRevision: HTMLButtonElement,
  aid: HTMLElement,
  questions: HTMLElement,
  feedback: HTMLElement,
  problem: HTMLElement,
  problemText: HTMLElement,
  retry: HTMLButtonElement,
  submit: HTMLButtonElement,
  hint: HTMLElement,
  undo: HTMLButtonElement,
  undoLeft: HTMLElement,
  earlier: HTMLFormElement,
  earlierChoice: HTMLSelectElement,
  screen: HTMLElement,
  said: HTMLElement,
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
  return Object.fromEntries(found) as Parts;
}
