type Children = readonly (Node | string)[];
type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * A new element. Attributes that are false or undefined are left out, true ones are set empty; children are never read
 * as HTML.
 */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Children
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
}

/** A button that submits nothing; `act` is what it does. */
export function button(className: string, label: Node | string, act: () => void): HTMLButtonElement {
  const element = make('button', { type: 'button', class: className || undefined }, label);
  element.addEventListener('click', act);
  return element;
}

/** Only real changes reach the page, so that screen readers do not repeat themselves. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Key names beside a word, for the eye only: screen readers get them by `aria-keyshortcuts`. */
export function key(name: string): HTMLElement {
  return make('kbd', { 'aria-hidden': 'true' }, name);
}

/** A list of terms and what is said of each; entries without anything said are left out. */
export function facts(entries: readonly (readonly [string, string | null])[]): HTMLDListElement {
  const list = make('dl', { class: 'facts' });
  for (const [term, said] of entries) {
    if (said) list.append(make('div', {}, make('dt', {}, term), make('dd', {}, said)));
  }
  return list;
}
