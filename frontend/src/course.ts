import type { Server } from './api';
import { CurrentCase } from './current';
import { fromHere, type Restored, restored, type SaverEvents } from './drafts';
import { Ending } from './ending';
import { Finishing } from './finishing';
import { END, type Entry, type Keeper, type KeptDraft } from './keeping';
import { projected } from './projection';
import { draftOf, EMPTY, isEmpty } from './questions';
import type { Draft, Notice, Problem } from './state';
import type { Surroundings } from './surroundings';
import type { Answers, Feedback, JudgementBody, Reading, Session } from './wire';

/** Who reads where. */
export interface Identity {
  readonly user: string;
  /** Code of the session. */
  readonly session: string;
}

export interface Told {
  readonly of: CurrentCase;
  readonly feedback: Feedback | null;
  readonly problem: Problem | null;
}

/** After this time what could not be had is asked for again. */
const ASK_AGAIN_MS = 2_000;

/**
 * Where the reader is in a session.
 *
 * The server's last word and what waits in the outbox say it together (`projected`), so that a reload, another window
 * or a late answer lead to the same place. `settle` brings everything there: the case that is open, the answer that is
 * told, the questions at the end, the end.
 */
export abstract class Course {
  /** The server's last word, and when it came. */
  protected session: Session | null = null;
  protected sessionAt = 0;
  /** Where that and the outbox say that the reader is. */
  protected view: Session | null = null;
  /** Submissions that are not acknowledged yet. */
  protected waiting: readonly Entry[] = [];
  protected readonly drafts = new Map<number, KeptDraft>();

  protected case: CurrentCase | null = null;
  protected told: Told | null = null;
  /** The refused submission that is open to be mended. */
  protected refused: Entry | null = null;
  protected ending: Ending | null = null;
  protected finishing: Finishing | null = null;
  protected failure: Problem | null = null;
  protected displayPassed = false;
  protected notice: Notice | null = null;
  private callOffAid: () => void = () => {};

  constructor(
    protected readonly server: Server,
    protected readonly keeper: Keeper,
    protected readonly around: Surroundings,
    protected readonly who: Identity,
  ) {}

  /** What waits for this session. What an older one has left behind is delivered too, but holds nothing up here. */
  protected get mine(): readonly Entry[] {
    return this.waiting.filter(({ session }) => session === this.who.session);
  }

  /** Something that shows has changed. */
  protected abstract changed(): void;
  protected abstract problemOf(error: unknown): Problem;
  protected abstract eventsFor(position: number): SaverEvents;
  protected abstract discard(entry: Entry): void;
  protected abstract opened(current: CurrentCase): void;
  protected abstract left(current: CurrentCase): void;

  /** Take the server's word on where the session is. */
  protected accept(session: Session): void {
    // The server counts a display only where the pattern was seen; who went on without is not asked again and again.
    this.session = { ...session, display_checked: session.display_checked || this.displayPassed };
    this.sessionAt = this.around.monotonic();
  }

  /** Bring the page to where the server's word and the outbox say that the reader is. */
  protected settle(): void {
    if (this.session && !this.told) this.follow(this.session);
    this.changed();
  }

  private follow(server: Session): void {
    const { mine } = this;
    const refused = mine[0]?.refusal === null ? undefined : mine[0];
    if (refused) {
      this.sendBack(server, refused);
      return;
    }
    const { session, waiting } = projected(server, mine);
    this.view = session;
    if (session.stage === 'finished') this.finish(session);
    else if (session.stage === 'end-questions') this.atEnd(waiting);
    else if (waiting) this.wait(mine);
    else this.enter(session);
    // After the case was left: what it leaves behind is of no use any more where it is judged.
    this.sweep();
  }

  private enter(session: Session): void {
    const [reading] = session.readings;
    const { case: current } = this;
    if (!reading) {
      this.leave();
      this.failure = { kind: 'no-case', detail: '' };
    } else if (current?.reading.position === reading.position && current.revising === session.reopened) {
      current.reading = reading;
    } else {
      if (current && !current.sent && current.reading.position < reading.position) this.tellElsewhere(current);
      this.open(reading, session.reopened, this.restoredAt(reading));
    }
  }

  /** Submitted, but the page may have been opened after that. */
  private wait(mine: readonly Entry[]): void {
    const entry = mine.at(-1);
    const reading = this.session?.readings.find(({ position }) => position === entry?.position);
    if (!entry || this.case?.reading.position === entry.position) return;
    this.leave();
    if (!reading || entry.kind !== 'judgement') return;
    this.open(reading, this.session?.reopened ?? false, this.restoredFrom(entry));
    if (this.case) this.markSent(this.case);
  }

  private atEnd(sending: boolean): void {
    this.leave();
    this.ending ??= this.openEnding(this.restoredAtEnd());
    if (sending) this.ending.send();
  }

  private openEnding(from: Restored): Ending {
    const { server, keeper, around } = this;
    const { user, session } = this.who;
    const support = { user, server, keeper, around, events: this.eventsFor(END) };
    const questions = this.session?.phase.end_questions ?? [];
    const ending = new Ending({ user, session, position: END }, questions, support, from);
    if (!from.clean) void ending.saver.push();
    return ending;
  }

  private restoredAtEnd(): Restored {
    return restored({ draft: this.session?.end_draft ?? null, previous: null }, this.drafts.get(END) ?? null, []);
  }

  private finish(session: Session): void {
    this.leave();
    this.ending?.saver.stop();
    this.ending = null;
    if (this.finishing) return;
    this.finishing = new Finishing(
      this.server,
      (error) => this.problemOf(error),
      () => this.changed(),
    );
    void this.askAtEnd(this.finishing, session);
  }

  private async askAtEnd(finishing: Finishing, session: Session): Promise<void> {
    await finishing.ask(session);
    if (finishing.hasAll(session)) return;
    this.around.later(ASK_AGAIN_MS, () => {
      if (this.finishing === finishing && !finishing.hasAll(session)) void this.askAtEnd(finishing, session);
    });
  }

  /** What the server refused is open again, with everything that was entered. */
  private sendBack(session: Session, refused: Entry): void {
    const [reading] = session.readings;
    this.view = session;
    if (this.refused?.key === refused.key) return;
    if (refused.kind === 'end' && session.stage === 'end-questions') {
      this.leave();
      this.ending = this.openEnding(this.restoredEnding(refused));
    } else if (refused.kind === 'judgement' && reading?.position === refused.position) {
      this.reopenRefused(session, reading, refused);
    } else {
      this.letGo(refused);
      return;
    }
    this.refused = refused;
    this.say({ kind: 'sent-back', position: refused.position, detail: refused.refusal ?? '' });
  }

  /** Refused, and in the meantime the session has gone past it. */
  private letGo(refused: Entry): void {
    this.discard(refused);
    this.waiting = this.waiting.filter(({ key }) => key !== refused.key);
    this.say(this.takenElsewhere(refused));
    this.settle();
  }

  private restoredEnding(refused: Entry): Restored {
    // A draft goes with its submission: one that is there was entered after it was sent back.
    if (this.drafts.has(END)) return this.restoredAtEnd();
    const { answers } = refused.body as { answers: Answers };
    return { ...this.restoredAtEnd(), draft: { ...EMPTY, answers }, clean: false, theirs: null };
  }

  private reopenRefused(session: Session, reading: Reading, refused: Entry): void {
    const seen = this.case?.reading.position === reading.position && this.case.imageSeen;
    // A draft goes with its submission: one that is there was entered after it was sent back.
    const kept = this.drafts.get(reading.position);
    this.open(reading, session.reopened, kept ? fromHere(kept) : this.restoredFrom(refused));
    // The picture may be on the screen still, and then nobody says so again.
    if (seen) this.case?.imageShown();
  }

  private open(reading: Reading, revising: boolean, from: Restored): void {
    this.leave();
    if (!this.session) return;
    const { server, keeper, around } = this;
    const support = { user: this.who.user, server, keeper, around, events: this.eventsFor(reading.position) };
    const opened = new CurrentCase(this.session, reading, revising, support, from);
    this.case = opened;
    this.finishing = null;
    this.opened(opened);
    if (!from.clean && !from.theirs) void opened.saver.push();
    if (reading.aided) void this.askAid(opened);
  }

  protected leave(): void {
    const { case: left } = this;
    this.case = null;
    if (!left) return;
    this.left(left);
    if (!left.sent) left.saver.rest();
  }

  protected markSent(current: CurrentCase): void {
    current.sent = true;
    current.saver.stop();
  }

  private restoredAt(reading: Reading): Restored {
    return restored(reading, this.drafts.get(reading.position) ?? null, this.session?.phase.questions ?? []);
  }

  private restoredFrom(entry: Entry): Restored {
    const body = entry.body as JudgementBody;
    const { seconds: active, paused_seconds, hidden_seconds, shown_at, view_log } = body;
    const spent = { active: active * 1000, paused: paused_seconds * 1000, hidden: hidden_seconds * 1000 };
    const version = this.session?.readings.find(({ position }) => position === entry.position)?.draft?.version ?? 0;
    return { draft: this.entered(entry), spent, shown_at, view_log, version, clean: true, theirs: null, maker: null };
  }

  protected entered(entry: Entry): Draft {
    return draftOf(entry.body as JudgementBody, this.session?.phase.questions ?? []);
  }

  /** Drafts of cases that are judged are of no use any more. */
  private sweep(): void {
    const current = this.session?.readings[0]?.position;
    if (!this.session || this.session.reopened || (this.session.stage === 'reading' && current === undefined)) return;
    for (const position of [...this.drafts.keys()]) {
      const done = position === END ? this.session.stage === 'finished' : current === undefined || position < current;
      if (done) this.dropDraft(position);
    }
  }

  private dropDraft(position: number): void {
    this.drafts.delete(position);
    void this.keeper.dropDraft(this.who.user, this.who.session, position);
  }

  protected takenElsewhere(entry: Entry): Notice {
    if (entry.kind === 'end') return { kind: 'ended-elsewhere' };
    return { kind: 'judged-elsewhere', position: entry.position, kept: this.entered(entry) };
  }

  protected tellElsewhere({ reading, draft }: CurrentCase): void {
    const touched = !isEmpty(draft);
    // What was entered and not taken weighs more than a case that nobody had begun here.
    if (!touched && this.notice) return;
    this.say({ kind: 'judged-elsewhere', position: reading.position, kept: touched ? draft : null });
  }

  /** An image that failed while the network or the login was gone: the page loads it again once nothing is said against it. */
  protected askForImage(): void {
    if (this.case?.problem?.kind !== 'image') return;
    this.case.problem = null;
    this.changed();
  }

  protected async askAid(of: CurrentCase): Promise<void> {
    of.aid = { name: 'loading' };
    this.changed();
    await this.askAidAgain(of);
  }

  /** Until it is there: the judgement cannot be made without it. */
  private async askAidAgain(of: CurrentCase): Promise<void> {
    this.callOffAid();
    try {
      of.aid = { name: 'there', aid: await this.server.aid(of.reading.position) };
    } catch (error) {
      of.aid = { name: 'failed', problem: this.problemOf(error) };
      this.callOffAid = this.around.later(ASK_AGAIN_MS, () => {
        if (this.case === of && of.aid.name === 'failed') void this.askAidAgain(of);
      });
    }
    this.changed();
  }

  protected isTold({ kind, position }: Entry): boolean {
    const told = this.session?.phase.feedback === 'after-each';
    return told && kind === 'judgement' && this.case?.reading.position === position;
  }

  protected tell(): void {
    if (!this.case) return;
    this.told = { of: this.case, feedback: null, problem: null };
    void this.askFeedback();
  }

  protected async askFeedback(): Promise<void> {
    const { told } = this;
    if (!told) return;
    this.answerTold(told.of, { problem: null });
    try {
      this.answerTold(told.of, { feedback: await this.server.feedback(told.of.reading.position) });
    } catch (error) {
      this.answerTold(told.of, { problem: this.problemOf(error) });
    }
  }

  /** Nothing happens when the reader has gone on in the meantime. */
  private answerTold(of: CurrentCase, change: Partial<Told>): void {
    if (this.told?.of !== of) return;
    this.told = { ...this.told, ...change };
    this.changed();
  }

  protected say(notice: Notice): void {
    this.notice = notice;
  }
}
