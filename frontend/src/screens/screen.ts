import { button, key, make, setText } from '@/element';
import type { Screen, Times } from '@/state';
import { t } from '@/texts';

export type Named<Name extends Screen['name']> = Extract<Screen, { name: Name }>;

/** A whole page in place of image and panel. Built once for each visit, and brought in line with the state after that. */
export interface View<S> {
  readonly element: HTMLElement;
  show(state: S): void;
  /** What changes every second. */
  tick?(times: Times): void;
  /** A digit was typed, and no field has taken it. */
  digit?(digit: number): void;
  /** Point at what is missing. */
  insist?(): void;
}

/** The heading that takes the focus when a screen comes up. */
export function heading(words: string): HTMLHeadingElement {
  return make('h2', { tabindex: -1, 'data-focus': true }, words);
}

/** The button that Enter presses wherever the focus is. */
export function goButton(words: string, act: () => void): HTMLButtonElement {
  const element = button('primary', words, act);
  element.dataset.go = '';
  element.append(' ', key('Enter'));
  return element;
}

/** The last judgement of a session is followed by no case beside which it could be undone. */
export function undoButton(undo: () => void): Pick<View<never>, 'element'> & Required<Pick<View<never>, 'tick'>> {
  const left = make('span', {});
  const element = button('quiet undo', '', undo);
  element.dataset.part = 'undoAtEnd';
  element.append(make('span', {}, t.undo.action), ' ', left);
  element.hidden = true;
  return {
    element,
    tick: ({ undo: seconds }) => {
      element.hidden = seconds === null || seconds <= 0;
      setText(left, seconds === null ? '' : t.undo.left(Math.ceil(seconds)));
    },
  };
}

/** A link home, as every end of the road has one. */
export function link(words: string, address: string): HTMLAnchorElement {
  return make('a', { href: address }, words);
}
