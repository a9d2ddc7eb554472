import { make } from '@/element';
import type { Draft } from '@/state';
import { t } from '@/texts';
import type { Question } from '@/wire';

/** What a widget may ask for. */
export interface Deeds {
  call(call: NonNullable<Draft['call']>): void;
  confidence(value: number): void;
  point(point: number): void;
  answer(question: string, value: string | number | null): void;
  /** Enter in a field of one line. */
  submit(): void;
}

/** One question of the panel, as the reader answers it. */
export interface Widget {
  readonly question: Question;
  readonly element: HTMLElement;
  /** Bring the widget in line with what was entered; `open` is whether that may still be changed. */
  show(draft: Draft, open: boolean): void;
  /** Take a digit from the keyboard; false where it means nothing here. */
  digit?(digit: number): boolean;
}

/** A group with the question's words, whether it must be answered, and its help. */
export function field(question: Question, ...body: readonly Node[]): HTMLFieldSetElement {
  const words = make('span', { class: 'words' }, question.text);
  const need = make(
    'span',
    { class: question.required ? 'need' : 'need may' },
    question.required ? t.panel.required : t.panel.optional,
  );
  const element = make(
    'fieldset',
    {
      class: `question ${question.kind}`,
      'data-question': question.name,
      'data-conditional': question.condition !== null,
    },
    make('legend', { id: nameOf(question) }, words, ' ', need),
  );
  if (question.help) {
    element.append(make('p', { class: 'aside', id: `${nameOf(question)}-help` }, question.help));
    element.setAttribute('aria-describedby', `${nameOf(question)}-help`);
  }
  element.append(...body);
  return element;
}

/** The id of a question's legend, by which its controls are named. */
export function nameOf(question: Question): string {
  return `question-${question.name}`;
}
