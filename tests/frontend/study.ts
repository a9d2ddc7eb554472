import { ApiError, NoAnswer, type Server } from '@/api';
import type {
  Aid,
  Answers,
  Display,
  Feedback,
  JudgementBody,
  JudgementResult,
  PhaseWire,
  Qualification,
  Question,
  Reading,
  ServerDraft,
  Session,
} from '@/wire';

export interface Received {
  readonly position: number;
  readonly body: unknown;
  readonly key: string;
}

/** What can go wrong with one request: refused, never arrived, or done with its answer lost. */
export type Fault = ApiError | 'lost on the way' | 'answer lost';

export const CALL: Question = {
  name: 'call',
  kind: 'call',
  text: 'Authentic or synthetic?',
  help: '',
  required: true,
  points: 0,
  forced: true,
  options: [],
  tools: [],
  condition: null,
};

export function question(change: Partial<Question>): Question {
  return { ...CALL, name: 'notes', kind: 'open', text: 'Anything unusual?', required: false, ...change };
}

const PHASE: PhaseWire = {
  name: 'reading',
  title: 'Reading',
  practice: false,
  told_html: '',
  disclosed_prevalence: null,
  feedback: 'none',
  aid: 'none',
  questions: [CALL],
  end_questions: [],
  time_limit: 'none',
  time_limit_seconds: null,
  break_after_minutes: null,
  revisit: false,
  undo_seconds: 60,
  qualification_percent: null,
  paired: false,
};

/** A server in memory that keeps the contract: one current case, each key stored once, drafts with versions. */
export class StudyServer implements Server {
  readonly received: Received[] = [];
  /** By position, the revisions that stand. */
  readonly judged = new Map<number, Received[]>();
  readonly drafts = new Map<number, ServerDraft>();
  readonly phase: PhaseWire;
  ended: Received | null = null;
  /** One for each coming request that can meet a fault; drafts have their own. */
  faults: Fault[] = [];
  draftFaults: Fault[] = [];
  down = false;
  loggedIn = true;
  displays: Display[] = [];
  checked = true;
  reopened: number | null = null;
  undoLeft = 60;
  /** Aided places. */
  aided = new Set<number>();

  constructor(
    readonly cases: number,
    phase: Partial<PhaseWire> = {},
  ) {
    this.phase = { ...PHASE, ...phase };
  }

  get done(): number {
    return this.judged.size;
  }

  /** The keys of everything that is on record. */
  get keys(): string[] {
    return [...this.judged.values()].flat().map(({ key }) => key);
  }

  private get seconds(): number {
    const bodies = [...this.judged.values()].flat().map(({ body }) => body as JudgementBody);
    return bodies.reduce((sum, { seconds }) => sum + seconds, 0);
  }

  snapshot(): Session {
    const { cases, done, reopened, phase } = this;
    const asksAtEnd = phase.end_questions.length > 0 && !this.ended;
    const over = done === cases && reopened === null;
    const places = [reopened, done + 1, done + 2, done + 3].filter((place) => place !== null && place <= cases);
    return {
      code: 'S1',
      study: { slug: 'demo', title: 'Demo' },
      phase: over ? phase : { ...phase, end_questions: [] },
      cases,
      done,
      seconds: this.seconds,
      finished: over && !asksAtEnd,
      stage: over ? (asksAtEnd ? 'end-questions' : 'finished') : 'reading',
      next_session: phase.practice,
      next_opens_at: null,
      matrix: { rows: 1024, columns: 1024 },
      spacing: null,
      readings: places.map((position) => this.reading(position as number)),
      end_draft: over && asksAtEnd ? (this.drafts.get(0) ?? null) : null,
      undo: this.undo(),
      reopened: reopened !== null,
      earlier: phase.revisit ? [...this.judged.keys()].filter((position) => position !== reopened) : [],
      display_checked: this.checked,
    };
  }

  async session(): Promise<Session> {
    return this.meet(() => this.snapshot());
  }

  async judge(session: string, position: number, body: JudgementBody, key: string): Promise<JudgementResult> {
    this.received.push({ position, body, key });
    return this.meet(() => {
      if (session !== 'S1') throw new ApiError(404, 'Not found.');
      this.store({ position, body, key });
      const { call, confidence } = body;
      return { judgement: { position, revision: 1, call, confidence }, session: this.snapshot() };
    });
  }

  async end(_: string, answers: Answers, key: string): Promise<Session> {
    this.received.push({ position: 0, body: answers, key });
    return this.meet(() => {
      if (this.ended?.key === key) return this.snapshot();
      if (this.snapshot().stage !== 'end-questions') throw new ApiError(409, 'Not now', this.snapshot());
      this.ended = { position: 0, body: answers, key };
      return this.snapshot();
    });
  }

  async saveDraft(position: number, draft: ServerDraft): Promise<{ version: number }> {
    const fault = this.draftFaults.shift();
    if (fault) this.faults.unshift(fault);
    return this.meet(() => {
      const { stage, readings } = this.snapshot();
      if ((stage === 'end-questions' ? 0 : readings[0]?.position) !== position) throw new ApiError(409, 'Judged', this.snapshot());
      const kept = this.drafts.get(position);
      if ((kept?.version ?? 0) !== draft.version) throw new ApiError(409, 'Newer', this.snapshot(), kept);
      const version = (kept?.version ?? 0) + 1;
      this.drafts.set(position, { ...structuredClone(draft), version });
      return { version };
    }, fault !== undefined);
  }

  async reopen(position: number): Promise<Session> {
    return this.meet(() => {
      const mayUndo = position === this.done && this.undoLeft > 0;
      if (!mayUndo && !this.phase.revisit) throw new ApiError(409, 'Too late', this.snapshot());
      this.reopened = position;
      return this.snapshot();
    });
  }

  async leaveReopened(): Promise<Session> {
    return this.meet(() => {
      this.reopened = null;
      return this.snapshot();
    });
  }

  async aid(position: number): Promise<Aid> {
    return this.meet(() => {
      if (this.snapshot().readings[0]?.position !== position) throw new ApiError(404, '');
      return { detector: 'Aid', score: 0.7, call: null, region: null };
    });
  }

  async feedback(position: number): Promise<Feedback> {
    return this.meet(() => answerTo(position));
  }

  async allFeedback(): Promise<Feedback[]> {
    return this.meet(() => [...this.judged.keys()].map(answerTo));
  }

  async qualification(): Promise<Qualification> {
    return this.meet(() => ({ passed: true, attempts_left: 0, correct: 2, of: 2, needed_percent: 80 }));
  }

  async checkDisplay(_: string, display: Display): Promise<unknown> {
    return this.meet(() => {
      this.checked = true;
      return this.displays.push(display);
    });
  }

  async startSession(): Promise<Session> {
    return this.meet(() => ({ ...this.snapshot(), code: 'S2' }));
  }

  async logIn(username: string, password: string): Promise<{ username: string }> {
    if (password !== 'right') throw new ApiError(400, 'Wrong password.');
    this.loggedIn = true;
    return { username };
  }

  private reading(position: number): Reading {
    const last = this.judged.get(position)?.at(-1)?.body as JudgementBody | undefined;
    return {
      position,
      dicom_study_uid: `1.${position}`,
      dicom_series_uid: `2.${position}`,
      sop_instance_uid: `3.${position}`,
      companion: null,
      aided: this.aided.has(position),
      draft: structuredClone(this.drafts.get(position) ?? null),
      previous: last && position === this.reopened ? last : null,
    };
  }

  private undo(): Session['undo'] {
    const open = this.done > 0 && this.phase.undo_seconds > 0 && this.reopened === null && this.undoLeft > 0;
    return open ? { position: this.done, seconds_left: this.undoLeft } : null;
  }

  private store(submission: Received): void {
    const { position, key } = submission;
    const known = [...this.judged.values()].flat().find((stored) => stored.key === key);
    if (known && JSON.stringify(known) !== JSON.stringify(submission)) throw new ApiError(422, 'Another body');
    if (known) return;
    if (position !== this.snapshot().readings[0]?.position) throw new ApiError(409, 'Judged already', this.snapshot());
    const revision = (this.judged.get(position)?.length ?? 0) + 1;
    const said = (submission.body as JudgementBody).revision;
    if (said !== undefined && said !== revision) throw new ApiError(409, 'Another revision', this.snapshot());
    this.judged.set(position, [...(this.judged.get(position) ?? []), structuredClone(submission)]);
    this.drafts.delete(position);
    this.reopened = null;
  }

  /** Act, unless something goes wrong before or after. */
  private meet<T>(act: () => T, faulty = true): T {
    const fault = faulty ? this.faults.shift() : undefined;
    if (this.down || fault === 'lost on the way') throw new NoAnswer();
    if (!this.loggedIn) throw new ApiError(403, 'Authentication credentials were not provided.');
    if (fault instanceof ApiError) throw fault;
    const answer = act();
    if (fault === 'answer lost') throw new NoAnswer();
    return structuredClone(answer);
  }
}

function answerTo(position: number): Feedback {
  return { position, truth: 'synthetic', correct: true, telltales: ['uniform grain'] };
}
