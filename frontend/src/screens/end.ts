import { make, setText } from '@/element';
import { QuestionForm } from '@/panel/questions';
import type { Deeds } from '@/panel/widget';
import { askedNow, EMPTY } from '@/questions';
import { t } from '@/texts';
import { goButton, heading, type Named, undoButton, type View } from './screen';

/** The questions at the end of a phase. `words` says what is missing. */
export function endScreen(deeds: Deeds, undo: () => void, words: () => string): View<Named<'end-questions'>> {
  const text = make('p', {});
  const body = make('div', { class: 'questions' });
  const hint = make('p', { class: 'hint', id: 'end-hint' });
  const send = goButton(t.end.submit, deeds.submit);
  const undoing = undoButton(undo);
  send.setAttribute('aria-describedby', 'end-hint');
  const element = make('article', { class: 'end' }, heading(t.end.title), text, body, send, hint, undoing.element);
  let form: QuestionForm | null = null;
  const noMarks = { take: () => {}, reason: () => {}, remove: () => {} };
  return {
    element,
    tick: undoing.tick,
    show: ({ session, answers, sending }) => {
      const questions = session.phase.end_questions;
      form ??= new QuestionForm(body, questions, deeds, noMarks);
      const draft = { ...EMPTY, answers };
      form.show(draft, new Set(askedNow(questions, draft).map(({ name }) => name)), !sending);
      setText(text, t.end.text(session.cases));
      const missing = words();
      send.ariaDisabled = String(missing !== '' || sending);
      setText(hint, sending ? t.save.saving : missing);
    },
  };
}
