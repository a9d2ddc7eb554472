import { button, key, setText } from './element';
import type { Parts } from './layout';
import { clearAid, showAid } from './panel/aid';
import { clearFeedback, showFeedback } from './panel/feedback';
import { noticeWords, problemWords } from './problems';
import { callQuestion } from './questions';
import type { Machine, Missing, Save, State, Times } from './state';
import { t } from './texts';
import { clock } from './texts/en';
import type { Question, Session } from './wire';

export type CaseState = Extract<State, { reading: unknown }>;

/** So many questions are named beside the button; more would be a wall of words. */
const NAMED = 2;

/** The header: which study, which case, where the work is. */
export function renderHeader(parts: Parts, state: State): void {
  const session = 'session' in state ? state.session : null;
  const position = 'reading' in state ? state.reading.position : null;
  setText(parts.study, session?.study.title ?? '');
  setText(parts.phase, session?.phase.title ?? '');
  parts.practice.hidden = !session?.phase.practice || state.name === 'finished';
  if (session) renderCount(parts, session, position);
  renderSave(parts, state, session);
  const reads = state.name === 'reading' || state.name === 'submitting';
  parts.pause.disabled = state.name !== 'reading';
  parts.told.disabled = state.name !== 'reading';
  for (const element of [parts.pause, parts.told]) element.hidden = !reads && state.name !== 'feedback';
}

function renderCount(parts: Parts, session: Session, position: number | null): void {
  const { cases, done } = session;
  setText(parts.count, position === null ? t.header.readCount(done, cases) : t.header.caseOf(position, cases));
  const ahead = position === null || position <= done ? cases - done : cases - position;
  setText(parts.left, position === null ? '' : t.header.remaining(ahead));
  parts.progress.max = cases;
  parts.progress.value = done;
  document.title = `${position === null ? '' : `${t.header.caseTitle(position, cases)} – `}${session.study.title}`;
}

function renderSave(parts: Parts, { save, ...state }: State, session: Session | null): void {
  const kind = worst(save);
  const nothing = session === null || (kind === 'saved' && session.done === 0 && !isBegun(state as State));
  parts.saveState.dataset.kind = nothing ? 'none' : kind;
  setText(parts.saveState, nothing ? '' : saveWords(save));
  parts.saveState.title = kind === 'kept' ? t.save.keptMeaning : '';
  parts.storeless.hidden = save.durable || kind === 'saved';
}

function isBegun(state: State): boolean {
  return 'draft' in state && (state.draft.call !== null || Object.keys(state.draft.answers).length > 0);
}

/** Where the work is, of judgements and of what is being entered: the less safe of the two. */
function worst({ kind, draft }: Save): Save['kind'] {
  if (kind === 'kept' || draft === 'kept') return 'kept';
  return kind === 'saving' || draft === 'saving' ? 'saving' : 'saved';
}

/** Where the work is, in words. */
export function saveWords(save: Save): string {
  const kind = worst(save);
  const count = save.pending + (save.draft === 'kept' ? 1 : 0);
  return { saved: t.save.saved, saving: t.save.saving, kept: t.save.kept(Math.max(1, count)) }[kind];
}

/** The panel beside the image. */
export function renderCase(parts: Parts, state: CaseState, machine: Machine): void {
  const { position } = state.reading;
  setText(parts.cornerCase, t.image.case(position));
  parts.image.ariaLabel = t.image.label(position);
  parts.revising.hidden = !state.revising;
  setText(parts.revisingText, state.revising ? t.undo.revising(position) : '');
  showAid(parts.aid, state, () => void machine.retry());
  renderFeedback(parts, state, machine);
  renderProblem(parts, state);
  renderSubmit(parts, state, machine.missing());
  renderEarlier(parts, state);
}

/** Leave nothing of a case in the page. */
export function clearCase(parts: Parts): void {
  clearAid(parts.aid);
  clearFeedback(parts.feedback);
  for (const part of [parts.revising, parts.undo, parts.problem, parts.clock]) part.hidden = true;
}

function renderFeedback(parts: Parts, state: CaseState, machine: Machine): void {
  const told = state.name === 'feedback';
  parts.questions.hidden = told;
  parts.submit.hidden = told;
  parts.hint.hidden = told;
  const said = told ? JSON.stringify([state.feedback, state.problem]) : '';
  if (parts.feedback.dataset.said === said && told) return;
  parts.feedback.dataset.said = said;
  if (told) showFeedback(parts.feedback, state, () => machine.proceed());
  else clearFeedback(parts.feedback);
}

function renderProblem(parts: Parts, state: CaseState): void {
  const problem = 'problem' in state ? state.problem : null;
  parts.problem.hidden = problem === null;
  if (!problem) return;
  setText(parts.problemText, problemWords(problem));
  parts.retry.hidden = problem.kind === 'refused';
  setText(parts.retry, problem.kind === 'image' ? t.image.again : t.problems.retry);
}

function renderSubmit(parts: Parts, state: CaseState, missing: readonly Missing[]): void {
  const stuck = state.name === 'submitting' && state.save.kind === 'kept';
  parts.submit.ariaDisabled = String(!stuck && (state.name !== 'reading' || missing.length > 0));
  const words = submitWords(state, stuck);
  if (parts.submit.dataset.words !== words) parts.submit.replaceChildren(words, ' ', key('Enter'));
  parts.submit.dataset.words = words;
  const waits = stuck ? (state.login.needed ? t.problems.expired : t.save.waits) : '';
  setText(parts.hint, state.name === 'submitting' ? waits : missingWords(missing, state.session.phase.questions));
}

/** What the button does; `stuck`: it was submitted, and the page cannot go on without the server. */
function submitWords(state: CaseState, stuck: boolean): string {
  if (stuck) return state.login.needed ? t.login.action : t.problems.retry;
  if (state.name === 'submitting') return t.save.saving;
  return state.revising ? t.panel.submitChange : t.panel.submit;
}

/** What is missing, in words; '' when nothing is. */
export function missingWords(missing: readonly Missing[], questions: readonly Question[]): string {
  const whats = missing.map(({ what }) => what);
  if (whats.includes('conflict')) return t.panel.conflictFirst;
  const names = missing.flatMap((one) => nameOf(one, questions));
  // While the image loads, what the reader can already do is the more useful hint.
  if (names.length > 0) return t.panel.stillNeeded(names.slice(0, NAMED).join(', '), names.length > NAMED);
  if (whats.includes('image')) return t.panel.imageLoading;
  return whats.includes('aid') ? t.panel.aidComing : '';
}

function nameOf({ what, question }: Missing, questions: readonly Question[]): string[] {
  if (what === 'confidence') return [t.panel.confidence];
  if (what !== 'question') return [];
  const asked = questions.find(({ name }) => name === question);
  if (asked === callQuestion(questions)) return [t.panel.callNeeded];
  if (asked?.kind === 'marks') return [`${t.panel.quoted(asked.text)} (${t.marks.needReason})`];
  return asked ? [t.panel.quoted(asked.text)] : [];
}

function renderEarlier(parts: Parts, { session, reading }: CaseState): void {
  const { earlier } = session;
  parts.earlier.hidden = earlier.length === 0;
  const said = earlier.join();
  if (parts.earlier.dataset.said === said) return;
  parts.earlier.dataset.said = said;
  parts.earlierChoice.replaceChildren(
    ...earlier.map((position) => new Option(t.undo.earlierCase(position), String(position))),
  );
  const before = [...earlier].reverse().find((position) => position < reading.position);
  if (before !== undefined) parts.earlierChoice.value = String(before);
}

/** What changes every second. */
export function renderTimes(parts: Parts, state: State, times: Times): void {
  setText(parts.elapsed, clock(times.session, ''));
  const reads = state.name === 'reading';
  parts.undo.hidden = !reads || times.undo === null || times.undo <= 0 || state.revising;
  setText(parts.undoLeft, times.undo === null ? '' : t.undo.left(Math.ceil(times.undo)));
  if (!reads || times.remaining === null) parts.clock.hidden = true;
  else renderClock(parts, state.session, times.remaining);
}

function renderClock(parts: Parts, { phase }: Session, remaining: number): void {
  const over = remaining <= 0 && phase.time_limit === 'soft';
  parts.clock.hidden = false;
  parts.clock.classList.toggle('over', over);
  setText(parts.clock, over ? t.time.over : `${t.time.left}: ${clock(Math.ceil(remaining), '')}`);
}

/** What happened beside the reader's own doing, with what can be done about it. */
export function renderNotice(parts: Parts, state: State, machine: Machine, logIn: () => void): void {
  const position = 'reading' in state ? state.reading.position : null;
  const login = state.login.needed;
  const words = login ? t.problems.expired : state.notice ? noticeWords(state.notice, position) : '';
  parts.notice.hidden = words === '';
  if (parts.notice.dataset.said === words) return;
  parts.notice.dataset.said = words;
  setText(parts.noticeText, words);
  setText(parts.said, words);
  const actions = login
    ? [button('', t.login.action, logIn)]
    : [button('quiet', t.problems.dismiss, () => machine.dismiss())];
  if (!login && state.notice?.kind === 'break') {
    const pause = button('', t.pause.breakPause, () => machine.pause());
    actions.splice(
      0,
      1,
      pause,
      button('quiet', t.pause.breakLater, () => machine.dismiss()),
    );
  }
  parts.noticeActions.replaceChildren(...actions);
}
