import { ApiError, type Call, type Feedback, type Judgement, type Reading, type Server, type Session } from './api';

export interface Draft {
  readonly call: Call | null;
  readonly confidence: number | null;
}

export type ProblemKind = 'unreachable' | 'login' | 'closed' | 'refused' | 'image';
export interface Problem {
  readonly kind: ProblemKind;
  readonly message: string;
}

interface Current {
  readonly session: Session;
  readonly reading: Reading;
  readonly draft: Draft;
}

export type State =
  | { readonly name: 'loading' }
  | (Current & { readonly name: 'reading'; readonly notice: string; readonly problem: Problem | null })
  | (Current & { readonly name: 'submitting' })
  | (Current & { readonly name: 'unsent'; readonly problem: Problem })
  | (Current & { readonly name: 'feedback'; readonly feedback: Feedback | null; readonly problem: Problem | null })
  | {
      readonly name: 'finished';
      readonly session: Session;
      readonly starting: boolean;
      readonly problem: Problem | null;
    }
  | { readonly name: 'failed'; readonly problem: Problem };

export type Missing = 'image' | 'call' | 'confidence';

/** What the machine takes from its surroundings, so that tests can hold the time. */
export interface Surroundings {
  /** Milliseconds that never run backwards. */
  monotonic(): number;
  wall(): Date;
  newKey(): string;
  /** Run `task` after `ms`; returns how to call it off. */
  later(ms: number, task: () => void): () => void;
}

interface Submission {
  readonly position: number;
  readonly judgement: Judgement;
  readonly key: string;
}

const EMPTY: Draft = { call: null, confidence: null };
const RETRY_AFTER_MS = [1_000, 2_000, 5_000, 10_000, 30_000];
/** Where the arrow keys start when no confidence has been given: the middle favours neither end. */
const MIDDLE = 50;

/**
 * One reader's way through one session: which case is current, what the reader has entered, what has been saved.
 *
 * A submission whose fate is unknown (no answer, server fault) is held as it is and sent again under the same key
 * until the server says yes or no; until then it cannot be edited, because it may already be on record.
 */
export class ReadingMachine {
  private current: State = { name: 'loading' };
  private readonly listeners = new Set<(state: State) => void>();
  private shown: { position: number; at: number; wall: Date } | null = null;
  private held: Submission | null = null;
  private attempts = 0;
  private cancelRetry: () => void = () => {};
  /** The session that waits behind the feedback. */
  private ahead: Session | null = null;

  constructor(
    private readonly server: Server,
    private readonly around: Surroundings,
  ) {}

  get state(): State {
    return this.current;
  }

  subscribe(listener: (state: State) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async load(): Promise<void> {
    this.become({ name: 'loading' });
    try {
      this.enter(await this.server.session());
    } catch (error) {
      this.become({ name: 'failed', problem: problemOf(error) });
    }
  }

  /** The image of `position` is on the screen: reading time starts with its first frame. */
  imageShown(position: number): void {
    if (this.current.name !== 'reading' || this.current.reading.position !== position) return;
    if (this.shown?.position !== position) {
      this.shown = { position, at: this.around.monotonic(), wall: this.around.wall() };
    }
    this.become({ ...this.current, problem: null });
  }

  imageFailed(position: number): void {
    if (this.current.name !== 'reading' || this.current.reading.position !== position) return;
    const message = 'The X-ray could not be loaded. Check the connection, then try again.';
    this.become({ ...this.current, problem: { kind: 'image', message } });
  }

  chooseCall(call: Call): void {
    this.edit({ call });
  }

  setConfidence(value: number): void {
    this.edit({ confidence: Math.min(100, Math.max(1, Math.round(value))) });
  }

  nudgeConfidence(step: number): void {
    if (this.current.name !== 'reading') return;
    const { confidence } = this.current.draft;
    this.setConfidence(confidence === null ? MIDDLE : confidence + step);
  }

  /** What still stands between the reader and a submission. */
  missing(): Missing[] {
    if (this.current.name !== 'reading') return [];
    const { reading, draft } = this.current;
    const missing: Missing[] = [];
    if (this.shown?.position !== reading.position) missing.push('image');
    if (draft.call === null) missing.push('call');
    if (draft.confidence === null) missing.push('confidence');
    return missing;
  }

  async submit(): Promise<void> {
    if (this.current.name !== 'reading' || this.missing().length > 0) return;
    this.held = this.submission(this.current);
    this.attempts = 0;
    await this.send();
  }

  /** Send what is held again, or ask again for what could not be had. */
  async retry(): Promise<void> {
    if (this.current.name === 'unsent') await this.send();
    else if (this.current.name === 'feedback' && this.current.problem) await this.askFeedback();
    else if (this.current.name === 'failed') await this.load();
  }

  /** From the answer of a practice case to the next case. */
  proceed(): void {
    if (this.current.name !== 'feedback' || this.ahead === null) return;
    this.enter(this.ahead);
  }

  /** Start the next session of the study; gives its code, or null when that was refused. */
  async startNext(): Promise<string | null> {
    if (this.current.name !== 'finished' || this.current.starting) return null;
    const { session } = this.current;
    this.become({ ...this.current, starting: true, problem: null });
    try {
      return (await this.server.startSession(session.study.slug)).code;
    } catch (error) {
      this.become({ name: 'finished', session, starting: false, problem: problemOf(error) });
      return null;
    }
  }

  private become(state: State): void {
    this.current = state;
    for (const listener of this.listeners) listener(state);
  }

  private enter(session: Session, notice = ''): void {
    const [reading] = session.readings;
    if (session.finished) this.become({ name: 'finished', session, starting: false, problem: null });
    else if (reading) this.become({ name: 'reading', session, reading, draft: EMPTY, notice, problem: null });
    else this.become({ name: 'failed', problem: { kind: 'refused', message: 'There is no case to read at present.' } });
  }

  private edit(change: Partial<Draft>): void {
    if (this.current.name !== 'reading') return;
    this.become({ ...this.current, draft: { ...this.current.draft, ...change } });
  }

  private submission({ reading, draft }: Current): Submission {
    const { call, confidence } = draft;
    if (!this.shown || call === null || confidence === null) throw new Error('Not ready to submit');
    const judgement: Judgement = {
      call,
      confidence,
      seconds: Math.round(this.around.monotonic() - this.shown.at) / 1000,
      shown_at: this.shown.wall.toISOString(),
      submitted_at: this.around.wall().toISOString(),
    };
    return { position: reading.position, judgement, key: this.around.newKey() };
  }

  private async send(): Promise<void> {
    this.cancelRetry();
    if (!this.held || (this.current.name !== 'reading' && this.current.name !== 'unsent')) return;
    const { session, reading, draft } = this.current;
    this.become({ name: 'submitting', session, reading, draft });
    try {
      const { position, judgement, key } = this.held;
      const result = await this.server.judge(position, judgement, key);
      await this.saved({ session: result.session, reading, draft }, session.phase.feedback);
    } catch (error) {
      this.notSaved({ session, reading, draft }, error);
    }
  }

  private async saved(judged: Current, feedback: Session['phase']['feedback']): Promise<void> {
    if (feedback === 'none') {
      this.enter(judged.session);
      return;
    }
    this.ahead = judged.session;
    this.become({ ...judged, name: 'feedback', feedback: null, problem: null });
    await this.askFeedback();
  }

  private async askFeedback(): Promise<void> {
    if (this.current.name !== 'feedback') return;
    const { position } = this.current.reading;
    this.answer(position, { problem: null });
    try {
      this.answer(position, { feedback: await this.server.feedback(position) });
    } catch (error) {
      this.answer(position, { problem: problemOf(error) });
    }
  }

  /** Nothing happens when the reader has gone on in the meantime. */
  private answer(position: number, change: { feedback?: Feedback; problem?: Problem | null }): void {
    if (this.current.name !== 'feedback' || this.current.reading.position !== position) return;
    this.become({ ...this.current, ...change });
  }

  private notSaved(current: Current, error: unknown): void {
    const problem = problemOf(error);
    const now = error instanceof ApiError ? error.session : null;
    const { position } = current.reading;
    if (now?.readings[0]?.position === position) {
      // The same case is still current: an earlier copy of this very submission is being worked on.
      this.hold(current, UNCONFIRMED);
    } else if (now) {
      this.enter(now, elsewhere(position, now.readings[0]?.position));
    } else if (problem.kind === 'unreachable' || problem.kind === 'login') {
      this.hold(current, problem);
    } else {
      this.become(
        problem.kind === 'closed' ? { name: 'failed', problem } : { ...current, name: 'reading', notice: '', problem },
      );
    }
  }

  private hold(current: Current, problem: Problem): void {
    this.become({ ...current, name: 'unsent', problem });
    if (problem.kind !== 'unreachable') return;
    const delay = RETRY_AFTER_MS[Math.min(this.attempts, RETRY_AFTER_MS.length - 1)] ?? 0;
    this.attempts += 1;
    this.cancelRetry = this.around.later(delay, () => void this.retry());
  }
}

const UNCONFIRMED: Problem = {
  kind: 'unreachable',
  message: 'The server has not confirmed your judgement yet. It is kept here and is being sent again.',
};

function elsewhere(position: number, next: number | undefined): string {
  const goOn = next === undefined ? '' : ` You are now on case ${next}.`;
  return `Case ${position} was already judged, perhaps in another tab; that judgement stands.${goOn}`;
}

function problemOf(error: unknown): Problem {
  if (!(error instanceof ApiError) || error.status >= 500 || error.status === 429) {
    return { kind: 'unreachable', message: 'The server cannot be reached. Nothing you entered is lost.' };
  }
  if (error.status === 401 || error.status === 403) {
    return { kind: 'login', message: 'Your login has expired. Log in again, then come back here and send.' };
  }
  if (error.status === 404) {
    const message = 'This session is closed or not available to you. What you have submitted so far is saved.';
    return { kind: 'closed', message };
  }
  return { kind: 'refused', message: error.detail || 'The server did not accept this. Please try again.' };
}
