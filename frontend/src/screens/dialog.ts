import { make } from '@/element';

/** A modal dialog with a heading; Esc closes it where `stays` is not set. */
export function dialog(id: string, title: string, ...body: readonly Node[]): HTMLDialogElement {
  const element = make('dialog', { 'aria-labelledby': `${id}-title`, class: id });
  element.append(make('h2', { id: `${id}-title` }, title), ...body);
  return element;
}

/** Open or close a dialog so that it follows the state. */
export function follow(element: HTMLDialogElement, open: boolean): void {
  if (open && !element.open) element.showModal();
  else if (!open && element.open) element.close();
}
