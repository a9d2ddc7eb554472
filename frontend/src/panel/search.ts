import { make, setText } from '@/element';
import type { Draft } from '@/state';
import { t } from '@/texts';
import type { Question } from '@/wire';
import { type Deeds, field, nameOf, type Widget } from './widget';

/** The options that hold every word typed, those that begin with it first; accents and capitals do not matter. */
export function matching(options: readonly string[], typed: string): readonly string[] {
  const words = plain(typed).split(/\s+/).filter(Boolean);
  const found = options.filter((option) => words.every((word) => plain(option).includes(word)));
  const begins = (option: string) => words[0] !== undefined && plain(option).startsWith(words[0]);
  return [...found.filter(begins), ...found.filter((option) => !begins(option))];
}

function plain(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/** One of a long list of options, found by typing. */
export function search(question: Question, deeds: Deeds): Widget {
  return new Search(question, deeds);
}

class Search implements Widget {
  readonly element: HTMLElement;
  private readonly input: HTMLInputElement;
  private readonly list: HTMLUListElement;
  private readonly empty = make('p', { class: 'aside', role: 'status' });
  private chosen: string | null = null;
  private shown: readonly string[] = [];
  private at = -1;
  private open = true;

  constructor(
    readonly question: Question,
    private readonly deeds: Deeds,
  ) {
    const id = `${nameOf(question)}-list`;
    this.input = make('input', {
      type: 'text',
      role: 'combobox',
      'aria-labelledby': nameOf(question),
      'aria-controls': id,
      'aria-expanded': 'true',
      'aria-autocomplete': 'list',
      'aria-required': String(question.required),
      placeholder: t.panel.search,
      autocomplete: 'off',
    });
    // Out of the way of Tab: the field moves through the list by the arrow keys.
    const attributes = { id, role: 'listbox', class: 'matches', tabindex: -1 };
    this.list = make('ul', { ...attributes, 'aria-labelledby': nameOf(question) });
    this.element = field(question, this.input, this.empty, this.list);
    this.input.addEventListener('input', () => this.narrow());
    this.input.addEventListener('keydown', (event) => this.press(event));
    this.input.addEventListener('blur', () => this.settle());
    this.list.addEventListener('click', (event) => this.clicked(event));
    this.narrow();
  }

  show({ answers }: Draft, open: boolean): void {
    this.open = open;
    this.input.readOnly = !open;
    const chosen = String(answers[this.question.name] ?? '') || null;
    // Typed and not chosen: it belongs to the case that is left, never to the next one.
    const stray = !open && this.input.value !== (chosen ?? '');
    if (chosen === this.chosen && !stray) return;
    this.chosen = chosen;
    this.input.value = chosen ?? '';
    this.narrow(false);
  }

  private narrow(typing = true): void {
    const typed = typing ? this.input.value : '';
    if (typing && this.chosen !== null && typed !== this.chosen) this.choose(null);
    this.shown = matching(this.question.options, typed);
    this.at = typing && typed !== '' && this.shown.length > 0 ? 0 : this.shown.indexOf(this.chosen ?? '');
    this.draw();
  }

  private draw(): void {
    const id = this.list.id;
    const items = this.shown.map((option, index) =>
      make(
        'li',
        {
          id: `${id}-${index}`,
          role: 'option',
          'aria-selected': String(option === this.chosen),
          class: index === this.at ? 'at' : undefined,
        },
        option,
      ),
    );
    this.list.replaceChildren(...items);
    this.list.hidden = items.length === 0;
    this.empty.hidden = items.length > 0;
    setText(this.empty, items.length === 0 ? t.panel.noMatch : '');
    if (this.at >= 0) this.input.setAttribute('aria-activedescendant', `${id}-${this.at}`);
    else this.input.removeAttribute('aria-activedescendant');
    items[this.at]?.scrollIntoView({ block: 'nearest' });
  }

  private press(event: KeyboardEvent): void {
    if (event.isComposing) return;
    // Ctrl+Enter submits: what was typed in full counts.
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) this.settle();
    if (event.ctrlKey || event.metaKey) return;
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      this.at = Math.min(this.shown.length - 1, Math.max(0, this.at + step));
      this.draw();
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const option = this.shown[this.at];
      // Once chosen, Enter means what it means on the whole page.
      if (option === undefined || option === this.chosen) this.deeds.submit();
      else this.choose(option);
    }
  }

  private clicked(event: MouseEvent): void {
    const index = [...this.list.children].indexOf((event.target as Element).closest('li') as Element);
    const option = this.shown[index];
    if (option !== undefined && this.open) this.choose(option);
  }

  private choose(option: string | null): void {
    if (!this.open) return;
    this.chosen = option;
    this.deeds.answer(this.question.name, option);
    if (option === null) return;
    this.input.value = option;
    this.shown = this.question.options;
    this.at = this.shown.indexOf(option);
    this.draw();
  }

  /** What was typed but chosen from nothing must not look like an answer. */
  private settle(): void {
    const exact = this.question.options.find((option) => plain(option) === plain(this.input.value.trim()));
    if (exact !== undefined && exact !== this.chosen) this.choose(exact);
    else if (this.chosen === null && this.input.value !== '') {
      this.input.value = '';
      this.narrow(false);
    }
  }
}
