import { button, make, setText } from '@/element';
import { type CommandName, commandsWith, conflicts, type KeyGroup, keyOf, type Listed, type Overrides } from '@/keys';
import { keyWords } from '@/panel/keywords';
import { unofferedIn } from '@/panel/offered';
import { t } from '@/texts';
import { dialog } from './dialog';

type Rows = readonly (readonly string[])[];

const GROUPS: readonly KeyGroup[] = ['judgement', 'image', 'tools', 'page'];

/** All keys of the page, and a way to change them. `changed` keeps them; it gives whether that went well. */
export class KeysDialog {
  readonly element: HTMLDialogElement;
  private readonly body = make('div', { class: 'help' });
  private readonly said = make('p', { class: 'aside', role: 'status' });
  private readonly change = button('', t.keys.change, () => this.edit(!this.editing));
  private readonly defaults = button('', t.keys.defaults, () => void this.keep({}, ''));
  private editing = false;
  private waiting: CommandName | null = null;
  /** Nobody may read of these here: see `unofferedIn`. */
  private unoffered = unofferedIn(null);
  private rates = false;

  constructor(
    private overrides: Overrides,
    private readonly changed: (overrides: Overrides) => Promise<boolean>,
  ) {
    const close = button('primary', t.keys.close, () => this.element.close());
    const foot = make('p', { class: 'actions' }, this.change, this.defaults, close);
    this.element = dialog('keys', t.keys.title, this.said, this.body, foot);
    this.element.addEventListener('keydown', (event) => this.press(event));
    this.element.addEventListener('close', () => this.edit(false));
    this.draw();
  }

  show(overrides: Overrides): void {
    this.overrides = overrides;
    this.draw();
  }

  /** List what a phase offers; `rates` is whether digits give a confidence there, and not an option. */
  offer(unoffered: ReadonlySet<CommandName>, rates: boolean): void {
    this.unoffered = unoffered;
    this.rates = rates;
    this.draw();
  }

  toggle(): void {
    if (this.element.open) this.element.close();
    else this.element.showModal();
  }

  private edit(editing: boolean): void {
    this.editing = editing;
    this.waiting = null;
    setText(this.change, editing ? t.keys.done : t.keys.change);
    setText(this.said, '');
    this.draw();
  }

  /** Any key is the answer while one is waited for; Esc leaves things as they are. */
  private press(event: KeyboardEvent): void {
    if (this.waiting === null) return;
    if (event.key === 'Tab') return;
    const key = keyOf(event);
    if (key === null) return;
    event.preventDefault();
    event.stopPropagation();
    if (key === 'Escape') this.wait(null, '');
    else this.choose(this.waiting, key);
  }

  private choose(name: CommandName, key: string): void {
    const wanted = { ...this.overrides, [name]: key };
    const trouble = conflicts(wanted).find((conflict) => conflict.name === name);
    if (trouble?.kind === 'taken' && !this.unoffered.has(trouble.by))
      this.say(t.keys.taken(keyWords(key), t.commands[trouble.by]));
    else if (trouble) this.say(t.keys.reserved(keyWords(key)));
    else void this.keep(wanted, t.keys.changed(t.commands[name], keyWords(key)));
  }

  private async keep(wanted: Overrides, said: string): Promise<void> {
    const { waiting } = this;
    this.overrides = wanted;
    this.wait(null, said);
    if (waiting) this.element.querySelector<HTMLElement>(`[data-command="${waiting}"]`)?.focus();
    const kept = await this.changed(wanted);
    this.say([said, kept ? t.keys.saved : t.keys.notSaved].filter(Boolean).join(' '));
  }

  private wait(name: CommandName | null, said: string): void {
    this.waiting = name;
    this.say(said);
    this.draw();
    if (name) this.element.querySelector<HTMLElement>(`[data-command="${name}"]`)?.focus();
  }

  private say(words: string): void {
    setText(this.said, words);
  }

  private draw(): void {
    const listed = commandsWith(this.overrides).filter(({ name }) => !this.unoffered.has(name));
    const own = GROUPS.map((group) => section(t.help[group], this.rowsOf(listed.filter((row) => row.group === group))));
    const digits = section(t.help.judgement, [row(this.rates ? t.help.digits : t.help.digitsOptions)]);
    own[0]?.querySelector('dl')?.append(...(digits.querySelector('dl')?.children ?? []));
    const others = this.editing
      ? []
      : [
          fixed(t.help.drawing, t.help.drawingRows),
          fixed(t.help.mouse, t.help.mouseRows),
          fixed(t.help.touch, t.help.touchRows),
        ];
    this.body.replaceChildren(...own, ...others);
    this.defaults.hidden = !this.editing;
  }

  private rowsOf(listed: readonly Listed[]): HTMLElement[] {
    return listed.map(({ name, keys, fixed: stays }) => {
      const words = this.waiting === name ? t.keys.waiting : keys.map(keyWords).join(` ${t.keyNames.or} `);
      if (!this.editing || stays) return row([words, t.commands[name]]);
      const element = button('key', words, () => this.wait(name, t.keys.press(t.commands[name])));
      element.dataset.command = name;
      element.ariaLabel = t.keys.changeOf(t.commands[name], words);
      return make('div', {}, make('dt', {}, element), make('dd', {}, t.commands[name]));
    });
  }
}

function section(title: string, rows: readonly HTMLElement[]): HTMLElement {
  return make('section', {}, make('h3', {}, title), make('dl', {}, ...rows));
}

function fixed(title: string, rows: Rows): HTMLElement {
  return section(title, rows.map(row));
}

function row([keys = '', meaning = '']: readonly string[]): HTMLElement {
  return make('div', {}, make('dt', {}, keys), make('dd', {}, meaning));
}
