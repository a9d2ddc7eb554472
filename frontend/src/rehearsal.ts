import { ApiError, type Server } from './api';
import type {
  Aid,
  Answers,
  Feedback,
  JudgementBody,
  JudgementResult,
  Qualification,
  Question,
  Reading,
  ServerDraft,
  Session,
} from './wire';

/** What the coordinator's preview plays: a session at its beginning, all of its places, and what is asked at its end. */
export interface Script {
  readonly session: Session;
  readonly places: readonly Reading[];
  readonly end_questions: readonly Question[];
}

/** So many images are open ahead of the current one, as a reader's. */
const AHEAD = 2;

/**
 * A session that is played in the browser alone: what is entered goes nowhere, and is gone with the page.
 *
 * Nothing secret is in it either: an aid says what no detector said, and an answer repeats the call.
 */
export class Rehearsal implements Server {
  private readonly judged = new Map<number, JudgementBody>();
  private readonly drafts = new Map<number, ServerDraft>();
  private reopened: number | null = null;
  private ended = false;
  private displayChecked = false;

  constructor(private readonly script: Script) {}

  async session(): Promise<Session> {
    return this.now();
  }

  async judge(_: string, position: number, body: JudgementBody): Promise<JudgementResult> {
    const revision = this.judged.has(position) ? 2 : 1;
    this.judged.set(position, body);
    this.drafts.delete(position);
    this.reopened = null;
    const { call, confidence } = body;
    return { judgement: { position, revision, call, confidence }, session: this.now() };
  }

  async end(_: string, __: Answers): Promise<Session> {
    this.ended = true;
    return this.now();
  }

  async saveDraft(position: number, draft: ServerDraft): Promise<{ version: number }> {
    const version = draft.version + 1;
    this.drafts.set(position, { ...draft, version });
    return { version };
  }

  async reopen(position: number): Promise<Session> {
    this.reopened = position;
    return this.now();
  }

  async leaveReopened(): Promise<Session> {
    this.reopened = null;
    return this.now();
  }

  async aid(): Promise<Aid> {
    return { detector: '', score: 0.5, call: null, region: null };
  }

  async feedback(position: number): Promise<Feedback> {
    const truth = this.judged.get(position)?.call ?? 'authentic';
    return { position, truth, correct: true, telltales: [] };
  }

  async allFeedback(): Promise<Feedback[]> {
    return Promise.all([...this.judged.keys()].map((position) => this.feedback(position)));
  }

  async qualification(): Promise<Qualification> {
    const of = this.judged.size;
    const needed_percent = this.script.session.phase.qualification_percent ?? 0;
    return { passed: true, attempts_left: 0, correct: of, of, needed_percent };
  }

  async checkDisplay(): Promise<unknown> {
    this.displayChecked = true;
    return null;
  }

  async startSession(): Promise<Session> {
    throw new ApiError(409, '');
  }

  async logIn(): Promise<{ username: string }> {
    throw new ApiError(400, '');
  }

  private now(): Session {
    const { session, places, end_questions } = this.script;
    const over = this.judged.size === places.length && this.reopened === null;
    const asks = end_questions.length > 0 && !this.ended;
    return {
      ...session,
      phase: { ...session.phase, end_questions: over ? end_questions : [] },
      cases: places.length,
      done: this.judged.size,
      seconds: [...this.judged.values()].reduce((sum, { seconds }) => sum + seconds, 0),
      finished: over && !asks,
      stage: over ? (asks ? 'end-questions' : 'finished') : 'reading',
      readings: this.open(),
      end_draft: over && asks ? (this.drafts.get(0) ?? null) : null,
      undo: this.undo(),
      reopened: this.reopened !== null,
      earlier: session.phase.revisit ? [...this.judged.keys()].filter((position) => position !== this.reopened) : [],
      display_checked: this.displayChecked,
    };
  }

  private open(): Reading[] {
    const next = this.judged.size + 1;
    const ahead = this.script.places.filter(({ position }) => position >= next && position <= next + AHEAD);
    const again = this.script.places.filter(({ position }) => position === this.reopened);
    return [...again, ...ahead].map((place) => this.asItStands(place));
  }

  private asItStands(place: Reading): Reading {
    const previous = place.position === this.reopened ? (this.judged.get(place.position) ?? null) : null;
    return { ...place, draft: this.drafts.get(place.position) ?? null, previous };
  }

  private undo(): Session['undo'] {
    const seconds_left = this.script.session.phase.undo_seconds;
    const may = seconds_left > 0 && this.reopened === null && this.judged.size > 0 && !this.ended;
    return may ? { position: this.judged.size, seconds_left } : null;
  }
}

/** Fetch what is to be played. */
export async function rehearse(address: string): Promise<Rehearsal> {
  const response = await fetch(address, { headers: { Accept: 'application/json' }, credentials: 'same-origin' });
  if (!response.ok) throw new Error(`The preview answered ${response.status}`);
  return new Rehearsal((await response.json()) as Script);
}
