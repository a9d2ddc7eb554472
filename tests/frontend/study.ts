import {
  ApiError,
  type Feedback,
  type Judgement,
  type JudgementResult,
  NoAnswer,
  type Server,
  type Session,
} from '@/api';
import { ReadingMachine, type State, type Surroundings } from '@/session';

export interface Received {
  readonly position: number;
  readonly judgement: Judgement;
  readonly key: string;
}

/** What can go wrong with one request: refused, never arrived, or stored with its answer lost. */
export type Fault = ApiError | 'lost on the way' | 'answer lost';

/** A server in memory that keeps the contract: one current case, and a replayed key stores nothing new. */
export class StudyServer implements Server {
  readonly received: Received[] = [];
  readonly stored = new Map<string, Received>();
  faults: Fault[] = [];
  done = 0;

  constructor(
    private readonly cases: number,
    private readonly purpose: 'practice' | 'informed' = 'informed',
  ) {}

  snapshot(): Session {
    const positions = [1, 2, 3].map((ahead) => this.done + ahead).filter((position) => position <= this.cases);
    return {
      code: 'S1',
      study: { slug: 'demo', title: 'Demo' },
      phase: {
        name: this.purpose,
        title: 'Reading',
        purpose: this.purpose,
        instructions: '',
        feedback: this.purpose === 'practice' ? 'after-each' : 'none',
      },
      cases: this.cases,
      done: this.done,
      finished: this.done === this.cases,
      next_session: this.done === this.cases && this.purpose === 'practice',
      matrix: { rows: 1024, columns: 1024 },
      readings: positions.map((position) => ({
        position,
        dicom_study_uid: `1.${position}`,
        dicom_series_uid: `2.${position}`,
        sop_instance_uid: `3.${position}`,
      })),
    };
  }

  async session(): Promise<Session> {
    this.refuseIfTold();
    return this.snapshot();
  }

  async judge(position: number, judgement: Judgement, key: string): Promise<JudgementResult> {
    this.received.push({ position, judgement, key });
    const fault = this.faults.shift();
    if (fault instanceof ApiError) throw fault;
    if (fault === 'lost on the way') throw new NoAnswer();
    this.store({ position, judgement, key });
    if (fault === 'answer lost') throw new NoAnswer();
    const { call, confidence } = judgement;
    return { judgement: { position, revision: 1, call, confidence }, session: this.snapshot() };
  }

  async feedback(position: number): Promise<Feedback> {
    this.refuseIfTold();
    return { position, truth: 'synthetic', correct: true, telltales: ['uniform grain'], explanation: '' };
  }

  async startSession(): Promise<Session> {
    this.refuseIfTold();
    return { ...this.snapshot(), code: 'S2' };
  }

  private store(submission: Received): void {
    if (this.stored.has(submission.key)) return;
    if (submission.position !== this.done + 1) throw new ApiError(409, 'Not the current case', this.snapshot());
    this.stored.set(submission.key, submission);
    this.done += 1;
  }

  private refuseIfTold(): void {
    const fault = this.faults.shift();
    if (fault instanceof ApiError) throw fault;
    if (fault) throw new NoAnswer();
  }
}

/** A clock, a key maker and timers in the test's hands. */
export class Bench implements Surroundings {
  now = 0;
  readonly waiting: { ms: number; task: () => void }[] = [];
  private keys = 0;

  monotonic(): number {
    return this.now;
  }

  wall(): Date {
    return new Date(Date.UTC(2026, 2, 24) + this.now);
  }

  newKey(): string {
    this.keys += 1;
    return `key-${this.keys}`;
  }

  later(ms: number, task: () => void): () => void {
    const timer = { ms, task };
    this.waiting.push(timer);
    return () => {
      const at = this.waiting.indexOf(timer);
      if (at >= 0) this.waiting.splice(at, 1);
    };
  }

  /** Let the next timer go off; gives how long it would have waited. */
  async ring(): Promise<number> {
    const timer = this.waiting.shift();
    if (!timer) throw new Error('Nothing is waiting');
    timer.task();
    await settled();
    return timer.ms;
  }
}

/** Everything that was promised so far has happened. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

export async function openSession(server: StudyServer): Promise<{ machine: ReadingMachine; bench: Bench }> {
  const bench = new Bench();
  const machine = new ReadingMachine(server, bench);
  await machine.load();
  return { machine, bench };
}

/** Read the current case to the end, as a reader with an image before them does. */
export async function readCase(
  machine: ReadingMachine,
  call: Judgement['call'] = 'synthetic',
  confidence = 80,
): Promise<void> {
  const { reading } = stateOf(machine, 'reading');
  machine.imageShown(reading.position);
  machine.chooseCall(call);
  machine.setConfidence(confidence);
  await machine.submit();
}

/** The machine's state, known to be the named one. */
export function stateOf<Name extends State['name']>(
  machine: ReadingMachine,
  name: Name,
): Extract<State, { name: Name }> {
  expect(machine.state.name).toBe(name);
  return machine.state as Extract<State, { name: Name }>;
}
