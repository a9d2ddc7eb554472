import { button, key, make } from '@/element';
import type { Screen } from '@/state';

export type Named<Name extends Screen['name']> = Extract<Screen, { name: Name }>;

/** A whole page in place of image and panel. Built once for each visit, and brought in line with the state after that. */
export interface View<S> {
  readonly element: HTMLElement;
  show(state: S): void;
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

/** A link home, as every end of the road has one. */
export function link(words: string, address: string): HTMLAnchorElement {
  return make('a', { href: address }, words);
}
