import type { Feedback, Session } from './api';
import type { Parts } from './layout';
import type { Draft, Missing, Problem, State } from './session';

const STILL_NEEDED: Record<Missing, string> = {
  image: 'The X-ray is loading.',
  call: 'Choose a call: A or S.',
  confidence: 'Rate your confidence: 1 to 9, 0 for 100.',
};

/** Bring the whole page in line with the state. */
export function render(parts: Parts, state: State, missing: readonly Missing[]): void {
  const onScreen = state.name === 'finished' || state.name === 'failed';
  parts.screen.hidden = !onScreen;
  parts.stage.hidden = onScreen;
  parts.panel.hidden = onScreen;
  if ('session' in state) renderSession(parts, state.session);
  if (onScreen) parts.banner.hidden = true;
  parts.saveState.textContent = saveState(state);
  if (state.name === 'finished') renderFinished(parts, state);
  else if (state.name === 'failed') renderFailed(parts, state.problem);
  else if (state.name !== 'loading') renderCase(parts, state, missing);
}

type CaseState = Extract<State, { name: 'reading' | 'submitting' | 'unsent' | 'feedback' }>;

function renderSession(parts: Parts, { study, phase, cases, done }: Session): void {
  parts.study.textContent = study.title;
  parts.phase.textContent = phase.title;
  parts.progress.max = cases;
  parts.progress.value = done;
  parts.banner.hidden = phase.purpose !== 'practice';
  setText(parts.instructions, phase.instructions);
}

function renderCase(parts: Parts, state: CaseState, missing: readonly Missing[]): void {
  const { position } = state.reading;
  const count = `Case ${position} of ${state.session.cases}`;
  setText(parts.count, count);
  document.title = `${count} – ${state.session.study.title}`;
  parts.cornerCase.textContent = `Case ${position}`;
  parts.image.ariaLabel = `X-ray of case ${position}`;
  renderDraft(parts, state.draft, state.name === 'reading');
  renderSubmit(parts, state, missing);
  renderProblem(parts, 'problem' in state ? state.problem : null);
  setText(parts.notice, state.name === 'reading' ? state.notice : '');
  parts.answer.hidden = state.name === 'feedback';
  parts.feedback.hidden = state.name !== 'feedback';
  renderFeedback(parts, state.name === 'feedback' ? state : null);
}

function renderDraft(parts: Parts, { call, confidence }: Draft, open: boolean): void {
  for (const button of parts.answer.querySelectorAll<HTMLButtonElement>('[data-call]')) {
    button.ariaPressed = String(button.dataset.call === call);
    button.disabled = !open;
  }
  for (const tick of parts.ticks.querySelectorAll<HTMLButtonElement>('button')) tick.disabled = !open;
  parts.confidence.disabled = !open;
  parts.confidence.value = String(confidence ?? 50);
  parts.confidence.classList.toggle('unset', confidence === null);
  parts.confidence.setAttribute('aria-valuetext', confidence === null ? 'not rated yet' : String(confidence));
  parts.confidence.style.setProperty('--at', String(((confidence ?? 1) - 1) / 99));
  parts.confidenceValue.textContent = confidence === null ? '–' : String(confidence);
}

function renderSubmit(parts: Parts, state: CaseState, missing: readonly Missing[]): void {
  const ready = state.name === 'reading' && missing.length === 0;
  parts.submit.ariaDisabled = String(!ready);
  const [first] = missing;
  // While the image loads, what the reader can already do is the more useful hint.
  const hint = missing.find((part) => part !== 'image') ?? first;
  setText(parts.hint, hint ? STILL_NEEDED[hint] : '');
}

/** Null leaves nothing of the last answer in the page, not even hidden. */
function renderFeedback(parts: Parts, state: Extract<State, { name: 'feedback' }> | null): void {
  const feedback = state?.feedback ?? null;
  setText(parts.verdict, feedback ? verdict(feedback) : state && !state.problem ? 'Loading the answer …' : '');
  parts.verdict.className = `verdict ${feedback ? (feedback.correct ? 'right' : 'wrong') : ''}`;
  setText(parts.yours, state?.draft.call ? `You said ${state.draft.call}, confidence ${state.draft.confidence}.` : '');
  setText(parts.explanation, feedback?.explanation ?? '');
  parts.telltales.replaceChildren(...(feedback?.telltales ?? []).map(listItem));
  setText(parts.proceedText, state?.session.finished ? 'Finish' : 'Next case');
}

function verdict({ correct, truth }: Feedback): string {
  const answer = `This X-ray is ${truth}.`;
  return correct ? `✓ Right. ${answer}` : `✕ Not right. ${answer}`;
}

function renderProblem(parts: Parts, problem: Problem | null): void {
  parts.problem.hidden = problem === null;
  if (!problem) return;
  setText(parts.problemText, problem.message);
  parts.login.hidden = problem.kind !== 'login';
  parts.retry.hidden = problem.kind === 'refused';
  parts.retry.textContent = problem.kind === 'image' ? 'Load the X-ray again' : 'Try again';
}

function renderFinished(parts: Parts, { session, starting, problem }: Extract<State, { name: 'finished' }>): void {
  const practice = session.phase.purpose === 'practice';
  const title = practice ? 'Practice finished' : `All ${session.cases} cases read. Thank you.`;
  showScreen(parts, title, finishedText(session, practice));
  setText(parts.screenProblem, problem?.message ?? '');
  setText(parts.count, `${session.done} of ${session.cases} read`);
  parts.screenAction.hidden = !session.next_session;
  parts.screenAction.disabled = starting;
  parts.screenAction.textContent = practice ? 'Start reading' : 'Start the next part';
  parts.screenLogin.hidden = problem?.kind !== 'login';
}

function finishedText(session: Session, practice: boolean): string {
  if (!session.next_session)
    return practice ? 'There is nothing more to read at present.' : 'Every judgement is saved.';
  if (practice) return 'From here on your judgements are recorded for the study.';
  return 'Every judgement is saved. The next part of the study can begin when you are ready.';
}

function renderFailed(parts: Parts, problem: Problem): void {
  const titles: Partial<Record<Problem['kind'], string>> = {
    login: 'Please log in again',
    closed: 'Nothing to read here',
  };
  const text =
    problem.kind === 'login' ? 'Your login has expired. Log in and you come back to this case.' : problem.message;
  showScreen(parts, titles[problem.kind] ?? 'The session could not be opened', text);
  setText(parts.screenProblem, '');
  parts.screenAction.hidden = problem.kind === 'closed' || problem.kind === 'login';
  parts.screenAction.disabled = false;
  parts.screenAction.textContent = 'Try again';
  parts.screenLogin.hidden = problem.kind !== 'login';
  setText(parts.count, '');
}

function showScreen(parts: Parts, title: string, text: string): void {
  setText(parts.screenTitle, title);
  setText(parts.screenText, text);
  document.title = title;
}

function saveState(state: State): string {
  if (state.name === 'submitting') return 'Saving …';
  if (state.name === 'unsent') return 'Not saved yet';
  return 'session' in state && state.session.done > 0 ? 'All saved' : '';
}

function listItem(text: string): HTMLLIElement {
  const item = document.createElement('li');
  item.textContent = text;
  return item;
}

/** Only real changes reach the page, so that screen readers do not repeat themselves. */
function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
