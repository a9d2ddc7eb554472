import { button, facts, make } from '@/element';
import { problemWords } from '@/problems';
import { t } from '@/texts';
import type { Display } from '@/wire';
import { heading, type Named, type View } from './screen';

const STEPS = 18;

/** Whether this screen shows the darkest and the lightest greys apart, as a reader sees it before the first session. */
export function displayScreen(confirm: (display: Display) => void): View<Named<'display-check'>> {
  const problem = make('p', { class: 'problem', role: 'alert', hidden: true });
  const advice = adviceWith(() => confirm(displayOf(false)));
  const deny = button('', t.display.deny, () => {
    advice.hidden = false;
    advice.querySelector<HTMLElement>('h3')?.focus();
  });
  const seen = button('primary', t.display.confirm, () => confirm(displayOf(true)));
  const element = make(
    'article',
    { class: 'display-check' },
    heading(t.display.title),
    make('p', {}, t.display.intro),
    patterns(),
    make('p', { class: 'actions' }, seen, deny),
    advice,
    problem,
    measured(displayOf(false)),
    make('p', { class: 'aside' }, t.display.recorded),
  );
  return {
    element,
    show: (state) => {
      problem.hidden = state.problem === null;
      problem.textContent = state.problem ? problemWords(state.problem) : '';
    },
  };
}

function patterns(): HTMLElement {
  const square = (name: string, label: string) =>
    make('div', { class: `square ${name}`, role: 'img', 'aria-label': label }, make('span', {}));
  const steps = Array.from({ length: STEPS }, (_, index) => {
    const step = make('span', {});
    step.style.setProperty('--grey', String(Math.round((255 * index) / (STEPS - 1))));
    return step;
  });
  return make(
    'div',
    { class: 'patterns' },
    square('dark', t.display.dark),
    square('light', t.display.light),
    make('div', { class: 'steps', role: 'img', 'aria-label': t.display.steps }, ...steps),
    make('p', { class: 'aside' }, t.display.stepsHint),
  );
}

function adviceWith(goOn: () => void): HTMLElement {
  return make(
    'section',
    { class: 'advice', hidden: true },
    make('h3', { tabindex: -1 }, t.display.adviceTitle),
    make('ul', {}, ...t.display.advice.map((line) => make('li', {}, line))),
    make(
      'p',
      { class: 'actions' },
      button('', t.display.anyway, goOn),
      make('span', { class: 'aside' }, t.display.anywayHint),
    ),
  );
}

function measured({ width, height, pixel_ratio, colour_depth }: Display): HTMLElement {
  return facts([
    [t.display.size, t.display.sizeValue(width, height)],
    [t.display.ratio, new Intl.NumberFormat(t.locale, { maximumFractionDigits: 2 }).format(pixel_ratio)],
    [t.display.depth, t.display.depthValue(colour_depth)],
  ]);
}

/** The screen as the browser describes it: size in CSS pixels. */
export function displayOf(confirmed: boolean): Display {
  const { width, height, colorDepth } = window.screen;
  return { width, height, pixel_ratio: window.devicePixelRatio, colour_depth: colorDepth, confirmed };
}
