import { button, key, make } from '@/element';
import type { Draft, State } from '@/state';
import { t } from '@/texts';
import type { Feedback } from '@/wire';
import { problemWords } from '../problems';

type Told = Extract<State, { name: 'feedback' }>;

/** The answer of the case that was just judged, and the way on. */
export function showFeedback(root: HTMLElement, state: Told, proceed: () => void): void {
  const { feedback, draft, problem, session } = state;
  root.hidden = false;
  const verdict = feedback ? verdictOf(feedback) : problem ? problemWords(problem) : t.feedback.loading;
  const tone = !feedback || feedback.correct === null ? 'plain' : feedback.correct ? 'right' : 'wrong';
  const next = button(
    'primary',
    session.finished || session.stage !== 'reading' ? t.feedback.finish : t.feedback.next,
    proceed,
  );
  next.append(' ', key('Enter'));
  next.dataset.go = '';
  root.replaceChildren(
    make('p', { class: `verdict ${tone}`, 'data-part': 'verdict', role: 'status' }, verdict),
    make('p', {}, yours(draft)),
    ...(feedback?.telltales.length ? [telltales(feedback.telltales)] : []),
    next,
  );
}

/** Leave nothing of the last answer in the page, not even hidden. */
export function clearFeedback(root: HTMLElement): void {
  root.hidden = true;
  root.replaceChildren();
}

function verdictOf({ correct, truth }: Feedback): string {
  const answer = t.feedback[truth];
  if (correct === null) return t.feedback.plain(answer);
  return correct ? `✓ ${t.feedback.right(answer)}` : `✕ ${t.feedback.wrong(answer)}`;
}

function yours({ call, confidence }: Draft): string {
  if (call === null || call === 'cannot-tell' || confidence === null) return t.feedback.yoursNone;
  return t.feedback.yours(t.feedback[call], confidence);
}

function telltales(found: readonly string[]): HTMLElement {
  const items = found.map((telltale) => make('li', {}, telltale));
  return make('div', {}, make('h2', {}, t.feedback.telltales), make('ul', {}, ...items));
}
