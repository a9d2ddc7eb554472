import { make } from '@/element';
import { problemWords } from '@/problems';
import type { Save } from '@/state';
import { t } from '@/texts';
import type { Feedback, Qualification, Session } from '@/wire';
import { goButton, heading, link, type Named, undoButton, type View } from './screen';

type Finished = Named<'finished'> & { readonly save: Save };

/** The end of a session: thanks, the result of a practice, the answers where they are told, and the way on. */
export function finishedScreen(next: () => void, undo: () => void, home: string): View<Finished> {
  const undoing = undoButton(undo);
  const element = make('article', { class: 'finished' });
  let said = '';
  return {
    element,
    tick: undoing.tick,
    show: (state) => {
      const now = JSON.stringify([
        state.session,
        state.qualification,
        state.answers,
        state.problem,
        state.save.pending,
      ]);
      element.classList.toggle('centred', state.answers === null);
      if (now !== said) element.replaceChildren(...contentOf(state, next, home), undoing.element);
      said = now;
      const go = element.querySelector<HTMLButtonElement>('[data-go]');
      if (go) go.disabled = state.starting;
    },
  };
}

function contentOf(state: Finished, next: () => void, home: string): Node[] {
  const { session, qualification, answers, problem, save } = state;
  const waits = problem !== null && problem.kind !== 'unreachable';
  const action = waits ? null : actionOf(state);
  return [
    heading(titleOf(session)),
    ...lines(save, session, qualification).map((line) => make('p', {}, line)),
    ...(problem ? [make('p', { class: 'problem', role: 'alert' }, problemWords(problem))] : []),
    make('p', { class: 'actions' }, ...(action ? [goButton(action, next)] : []), link(t.finished.home, home)),
    ...(answers ? [answersTable(answers)] : []),
  ];
}

function titleOf({ phase, cases }: Session): string {
  return phase.practice ? t.finished.titlePractice : t.finished.title(cases);
}

function lines(save: Save, session: Session, qualification: Qualification | null): string[] {
  const kept = save.pending > 0 ? t.finished.keptStill(save.pending) : t.finished.saved;
  if (session.phase.qualification_percent !== null) {
    return qualification ? [kept, ...qualificationLines(qualification)] : [kept, t.qualification.judging];
  }
  if (session.next_opens_at) return [kept, t.finished.opensOn(dateOf(session.next_opens_at))];
  if (!session.next_session) return [kept, ...(session.phase.practice ? [t.finished.nothingMore] : [])];
  return [kept, session.phase.practice ? t.finished.nextReal : t.finished.nextPart];
}

/** The day, and the hour where it is not far off: in the reader's own time zone. */
function dateOf(moment: string): string {
  return new Intl.DateTimeFormat(t.locale, { dateStyle: 'full', timeStyle: 'short' }).format(new Date(moment));
}

function qualificationLines({ passed, attempts_left, correct, of, needed_percent }: Qualification): string[] {
  const result = `${passed ? t.qualification.passed : t.qualification.notYet}: ${t.qualification.result(correct, of, needed_percent)}`;
  if (passed) return [result, t.qualification.passedText];
  return [result, attempts_left > 0 ? t.qualification.attemptsLeft(attempts_left) : t.qualification.noneLeft];
}

/** What the way on is called, or null where there is none. */
function actionOf({ session, qualification }: Finished): string | null {
  if (session.phase.qualification_percent !== null) {
    if (!qualification) return null;
    if (!qualification.passed) return qualification.attempts_left > 0 ? t.qualification.again : null;
  }
  if (!session.next_session || session.next_opens_at) return null;
  return session.phase.practice ? t.finished.startReal : t.finished.startNext;
}

function answersTable(answers: readonly Feedback[]): HTMLElement {
  const heads = [t.feedback.columnCase, t.feedback.columnTruth, t.feedback.columnResult];
  const judged = answers.filter(({ correct }) => correct !== null);
  const right = judged.filter(({ correct }) => correct).length;
  return make(
    'section',
    { class: 'answers' },
    make('h3', {}, `${t.feedback.tableTitle}: ${t.feedback.summary(right, answers.length)}`),
    make(
      'table',
      {},
      make('thead', {}, make('tr', {}, ...heads.map((head) => make('th', { scope: 'col' }, head)))),
      make('tbody', {}, ...answers.map(answerRow)),
    ),
  );
}

function answerRow({ position, truth, correct, telltales }: Feedback): HTMLElement {
  const result = correct === null ? t.feedback.resultNone : correct ? t.feedback.resultRight : t.feedback.resultWrong;
  const more = telltales.length > 0 ? `${t.feedback.telltales}: ${telltales.join(' · ')}` : '';
  const truthCell = make('td', {}, t.feedback[truth], ...(more ? [make('span', { class: 'aside' }, more)] : []));
  return make('tr', {}, make('th', { scope: 'row' }, String(position)), truthCell, make('td', {}, result));
}
