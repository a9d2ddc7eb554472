import type { Server } from './api';
import { ofCase, ReadingClock } from './clock';
import { DraftSaver, isSame, type Restored, type SaverEvents, type Snapshot, snapshotOf } from './drafts';
import type { Keeper, KeptDraft } from './keeping';
import { callQuestion, confidenceOf, entered, onScale, pointOf, unanswered } from './questions';
import type { AidState, Conflict, Draft, Missing, Problem } from './state';
import type { Surroundings } from './surroundings';
import { ViewLog } from './viewlog';
import type { Answer, JudgementBody, PhaseWire, Reading, ServerDraft, Session } from './wire';

/** Where the arrow keys start when no confidence has been given: the middle favours neither end. */
const MIDDLE = 50;

/** What a case needs of the machine that leads through the session. */
export interface Support {
  readonly user: string;
  readonly server: Server;
  readonly keeper: Keeper;
  readonly around: Surroundings;
  readonly events: SaverEvents;
}

/** The case on the screen: what was entered, how long it took, what was done with the view. */
export class CurrentCase {
  readonly clock: ReadingClock;
  readonly saver: DraftSaver;
  draft: Draft;
  conflict: Conflict | null;
  problem: Problem | null = null;
  aid: AidState;
  /** Submitted: nothing can be edited any more. */
  sent = false;
  imageSeen = false;
  private log: ViewLog;
  /** Active milliseconds on this case before it was entered here. */
  activeBefore: number;
  private readonly phase: PhaseWire;
  private shownAt: string | null;
  private theirs: ServerDraft | null = null;
  /** Who made this draft: by it a draft whose receipt was lost is known as one's own. */
  private readonly maker: string;

  constructor(
    session: Session,
    public reading: Reading,
    readonly revising: boolean,
    private readonly support: Support,
    restored: Restored,
  ) {
    this.phase = session.phase;
    this.draft = restored.draft;
    this.conflict = restored.theirs && { theirs: restored.theirs, mine: restored.draft };
    this.theirs = restored.theirs && reading.draft;
    this.aid = reading.aided ? { name: 'loading' } : { name: 'none' };
    this.clock = new ReadingClock(support.around.monotonic, restored.spent);
    this.activeBefore = restored.spent.active;
    this.log = new ViewLog(restored.view_log);
    this.shownAt = restored.shown_at;
    this.maker = restored.maker ?? support.around.newKey();
    const place = { user: support.user, session: session.code, position: reading.position };
    const { server, keeper, around, events } = support;
    const { version, clean } = restored;
    this.saver = new DraftSaver(place, () => this.snapshot(), server, keeper, around, events, version, clean);
  }

  /** Active milliseconds on this case since it was entered here. */
  get activeHere(): number {
    return this.clock.read().active - this.activeBefore;
  }

  imageShown(): void {
    this.imageSeen = true;
    this.problem = null;
    this.shownAt ??= this.support.around.wall().toISOString();
    this.clock.start();
  }

  viewed(code: string, numbers: readonly number[]): void {
    if (this.clock.running && !this.sent) this.log.add(this.clock.elapsed(), code, ...numbers);
  }

  edit(change: Partial<Draft>): void {
    if (this.sent) return;
    this.draft = { ...this.draft, ...change };
    // What is entered while a choice is open belongs to this window's side of it.
    if (this.conflict) this.conflict = { ...this.conflict, mine: this.draft };
    else this.saver.changed();
  }

  call(call: NonNullable<Draft['call']>): void {
    if (call === 'cannot-tell' && this.question?.forced !== false) return;
    this.edit(call === 'cannot-tell' ? { call, confidence: null } : { call });
  }

  rate(value: number): void {
    if (this.draft.call !== 'cannot-tell') this.edit({ confidence: onScale(value, this.points) });
  }

  nudge(step: number): void {
    const { confidence } = this.draft;
    if (confidence === null) this.rate(MIDDLE);
    else if (this.points === 0) this.rate(confidence + step);
    else this.ratePoint((pointOf(confidence, this.points) ?? 0) + Math.sign(step));
  }

  ratePoint(point: number): void {
    if (this.points === 0) this.rate(point * 10);
    else if (point >= 1 && point <= this.points) this.rate(confidenceOf(point, this.points));
  }

  answer(name: string, value: Answer | null): void {
    const { [name]: _, ...others } = this.draft.answers;
    this.edit({ answers: value === null || value === '' ? others : { ...others, [name]: value } });
  }

  missing(): Missing[] {
    const missing: Missing[] = [];
    if (!this.imageSeen) missing.push({ what: 'image', question: '' });
    if (this.aid.name === 'loading' || this.aid.name === 'failed') missing.push({ what: 'aid', question: '' });
    if (this.conflict) missing.push({ what: 'conflict', question: '' });
    return [...missing, ...unanswered(this.phase.questions, this.draft)];
  }

  /** What is sent of it. */
  body(timed_out: boolean): JudgementBody {
    const { active, paused, hidden } = this.clock.read();
    const now = this.support.around.wall().toISOString();
    return {
      ...entered(this.phase.questions, this.draft),
      seconds: ofCase(active),
      paused_seconds: ofCase(paused),
      hidden_seconds: ofCase(hidden),
      timed_out,
      view_log: this.log.entries(),
      shown_at: this.shownAt ?? now,
      submitted_at: now,
      revision: (this.reading.previous?.revision ?? 0) + 1,
    };
  }

  /** The server has a newer draft than this window knew. Gives whether it can be written over without asking. */
  meet(theirs: ServerDraft): boolean {
    const other = snapshotOf(theirs.body, theirs.seconds);
    if (other.maker === this.maker || isSame(other.draft, this.draft)) return true;
    this.theirs = theirs;
    this.conflict = { theirs: other.draft, mine: this.draft };
    return false;
  }

  settle(choice: 'theirs' | 'mine'): void {
    if (!this.conflict || !this.theirs) return;
    this.saver.version = this.theirs.version;
    if (choice === 'theirs') this.draft = this.conflict.theirs;
    this.conflict = null;
    this.theirs = null;
    this.saver.changed();
  }

  /** Another window of this browser has gone on with this case; what was entered here and is not saved comes first. */
  follow(kept: KeptDraft): boolean {
    if (this.sent || this.saver.hasOwnChanges || this.conflict) return false;
    const { draft, spent, shown_at } = snapshotOf(kept.body, kept.seconds);
    const { activeHere } = this;
    this.saver.follow(kept);
    this.log = new ViewLog(kept.view_log);
    this.draft = draft;
    this.shownAt = shown_at ?? this.shownAt;
    this.clock.goOnFrom(spent);
    // The time spent in this window stays what it is.
    this.activeBefore = spent.active - activeHere;
    return true;
  }

  snapshot(): Snapshot {
    const { draft, shownAt: shown_at, maker } = this;
    return { draft, spent: this.clock.read(), shown_at, view_log: this.log.entries(), maker };
  }

  private get question() {
    return callQuestion(this.phase.questions);
  }

  private get points(): number {
    return this.question?.points ?? 0;
  }
}

/** The end questions, which ask for answers only. */
export function endMissing(session: Session, answers: Draft['answers']): Missing[] {
  return unanswered(session.phase.end_questions, { call: null, confidence: null, answers, marks: [] });
}

export function endAnswers(session: Session, answers: Draft['answers']): Draft['answers'] {
  return entered(session.phase.end_questions, { call: null, confidence: null, answers, marks: [] }).answers;
}
