import { make } from '@/element';
import type { Draft } from '@/state';
import { t } from '@/texts';
import type { Question } from '@/wire';
import { type Deeds, field, nameOf, type Widget } from './widget';

/** Longer than any remark and any diagnosis; the server refuses more. */
const LONGEST = 2000;

/** An answer in the reader's own words: one line for a diagnosis, several for an open question. */
export function openText(question: Question, deeds: Deeds): Widget {
  const { kind, name, required } = question;
  const attributes = {
    'aria-labelledby': nameOf(question),
    'aria-required': String(required),
    placeholder: t.panel.ownWords,
    maxlength: LONGEST,
    autocomplete: 'off',
  };
  const input =
    kind === 'open' ? make('textarea', { ...attributes, rows: 3 }) : make('input', { ...attributes, type: 'text' });
  input.addEventListener('input', () => deeds.answer(name, input.value === '' ? null : input.value));
  if (kind !== 'open') input.addEventListener('keydown', (event) => enter(event as KeyboardEvent, deeds));
  return {
    question,
    element: field(question, input),
    show: ({ answers }: Draft, open) => {
      const value = String(answers[name] ?? '');
      // Setting the same value again would move the cursor.
      if (input.value !== value) input.value = value;
      input.readOnly = !open;
    },
  };
}

/** Enter sends, unless an input method is just choosing a character with it; with Ctrl it is the page's. */
function enter(event: KeyboardEvent, deeds: Deeds): void {
  if (event.key !== 'Enter' || event.isComposing || event.repeat || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  deeds.submit();
}
