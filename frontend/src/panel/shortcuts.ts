import { key, setText } from '@/element';
import { type CommandName, commandsWith, type Overrides } from '@/keys';
import { keyWords } from './keywords';

/** Put a command's key behind the words of a button; which key it is, `showShortcuts` says. */
export function withShortcut(button: HTMLButtonElement, command: CommandName): HTMLButtonElement {
  button.dataset.command = command;
  button.append(' ', key(''));
  return button;
}

/** Write on each button under `root` the key that the reader has for it now. */
export function showShortcuts(root: HTMLElement, overrides: Overrides): void {
  const keys = new Map<string, readonly string[]>(commandsWith(overrides).map(({ name, keys }) => [name, keys]));
  for (const element of root.querySelectorAll<HTMLElement>('[data-command]')) {
    const [first = ''] = keys.get(element.dataset.command ?? '') ?? [];
    element.setAttribute('aria-keyshortcuts', ariaKeys(first));
    const shown = element.querySelector('kbd');
    if (shown) setText(shown, keyWords(first));
  }
}

/** `Ctrl+z` as screen readers expect it: `Control+Z`. */
export function ariaKeys(written: string): string {
  return written
    .replace(/^Ctrl\+/, 'Control+')
    .replace(/(^|\+)([a-z])$/, (_, before, letter) => before + letter.toUpperCase());
}
