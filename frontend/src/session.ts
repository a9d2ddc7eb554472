import { ApiError, type Server } from './api';
import { Course, END, type Identity } from './course';
import { type CurrentCase, endAnswers, endMissing } from './current';
import type { SaverEvents } from './drafts';
import type { Entry, Keeper, KeptDraft } from './keeping';
import { type Delivery, Outbox } from './outbox';
import { screenOf } from './screen';
import type { LoginState, Machine, Missing, Problem, Save, State, Times } from './state';
import type { Surroundings } from './surroundings';
import type { Answer, Answers, Call, Display, JudgementBody, MarkOnImage, Session } from './wire';

export type { Draft, Machine, Missing, Problem, State } from './state';

/** What the windows of one browser tell each other. */
type Message =
  | { readonly kind: 'queued'; readonly entry: Entry }
  | { readonly kind: 'delivery'; readonly delivery: Delivery }
  | { readonly kind: 'session'; readonly session: Session }
  | { readonly kind: 'draft'; readonly draft: KeptDraft }
  | { readonly kind: 'login' };

const TICK_MS = 1_000;
/** So often the time spent is written to this computer. */
const KEEP_EVERY_TICKS = 5;
const UNREACHABLE: Problem = { kind: 'unreachable', detail: '' };

/**
 * One reader's way through one session: which case is current, what was entered, what has been saved.
 *
 * A submission is kept on this computer first and delivered by the outbox, in order, under a key of its own; the
 * reader goes on as far as the server has opened images.
 */
export class ReadingMachine extends Course implements Machine {
  private current: State;
  private readonly listeners = new Set<(state: State) => void>();
  private readonly outbox: Outbox;

  private displayProblem: Problem | null = null;

  private cover: 'instructions' | 'pause' | null = null;
  private begun = false;
  private hidden = false;
  private trouble = false;
  private reopening = false;
  private login: LoginState = { needed: false, trying: false, problem: null };
  private activeEarlier = 0;
  private activeAtBreak = 0;
  private ticks = 0;

  constructor(server: Server, keeper: Keeper, around: Surroundings, who: Identity) {
    super(server, keeper, around, who);
    this.outbox = new Outbox(
      who.user,
      keeper,
      around,
      (entry) => this.deliver(entry),
      (delivery) => {
        this.post({ kind: 'delivery', delivery });
        this.delivered(delivery);
      },
    );
    this.current = this.composed();
    around.windows.listen((message) => this.hear(message as Message));
    around.later(TICK_MS, () => this.tick());
  }

  get state(): State {
    return this.current;
  }

  subscribe(listener: (state: State) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async load(): Promise<void> {
    this.failure = null;
    this.changed();
    try {
      // In this order: what is in the outbox no more was acknowledged before, so the server's word includes it.
      const entries = await this.outbox.all();
      this.waiting = [...entries, ...this.waiting.filter(({ key }) => entries.every((entry) => entry.key !== key))];
      for (const draft of await this.keeper.drafts(this.who.user, this.who.session)) {
        this.drafts.set(draft.position, draft);
      }
      const session = await this.ask();
      this.begun = !isFresh(session) || this.drafts.size + this.mine.length > 0;
      this.settle();
    } catch (error) {
      this.failure = this.problemOf(error);
      this.changed();
    }
    await this.flush();
  }

  async retry(): Promise<void> {
    if (this.failure) return this.load();
    if (this.told?.problem) return this.askFeedback();
    this.askForImage();
    if (this.case?.aid.name === 'failed') await this.askAid(this.case);
    if (this.session && this.finishing?.problem) await this.finishing.ask(this.session);
    await Promise.all([this.flush(), this.case?.saver.push()]);
  }

  async confirmDisplay(display: Display): Promise<void> {
    const { session } = this;
    if (!session || session.display_checked) return;
    this.displayProblem = null;
    try {
      await this.server.checkDisplay(session.study.slug, display);
      this.displayPassed = true;
      this.accept(session);
    } catch (error) {
      this.displayProblem = this.problemOf(error);
    }
    this.settle();
  }

  showTold(): void {
    if (this.current.name === 'reading') this.coverWith('instructions');
  }

  begin(): void {
    if (this.current.name !== 'told') return;
    this.begun = true;
    this.coverWith(null);
  }

  pause(): void {
    if (this.current.name === 'reading') this.coverWith('pause');
  }

  resume(): void {
    if (this.current.name === 'paused') this.coverWith(null);
  }

  hide(hidden: boolean): void {
    this.hidden = hidden;
    this.case?.clock.hide(hidden);
    this.case?.viewed('v', [Number(hidden)]);
    if (!hidden || !this.case || this.case.sent) return;
    void this.case.saver.keep();
    void this.case.saver.push();
  }

  imageShown(position: number): void {
    const current = this.at(position);
    if (!current) return;
    // Behind instructions or a pause nobody sees it yet.
    if (this.current.name === 'reading') current.imageShown();
    else current.imageSeen = true;
    this.changed();
  }

  imageFailed(position: number): void {
    const current = this.at(position);
    if (!current) return;
    current.problem = { kind: 'image', detail: '' };
    this.changed();
  }

  viewed(code: string, ...numbers: number[]): void {
    if (this.current.name === 'reading') this.case?.viewed(code, numbers);
  }

  chooseCall(call: Call | 'cannot-tell'): void {
    this.edit((current) => current.call(call));
  }

  setConfidence(value: number): void {
    this.edit((current) => current.rate(value));
  }

  nudgeConfidence(step: number): void {
    this.edit((current) => current.nudge(step));
  }

  choosePoint(point: number): void {
    this.edit((current) => current.ratePoint(point));
  }

  setMarks(marks: readonly MarkOnImage[]): void {
    this.edit((current) => current.edit({ marks }));
  }

  answer(question: string, value: Answer | null): void {
    if (this.current.name === 'end-questions') this.answerAtEnd(question, value);
    else this.edit((current) => current.answer(question, value));
  }

  missing(): Missing[] {
    const { current } = this;
    if (current.name === 'end-questions') return endMissing(current.session, current.answers);
    return current.name === 'reading' ? (this.case?.missing() ?? []) : [];
  }

  async submit(): Promise<void> {
    if (this.reopening || this.missing().length > 0) return;
    if (this.current.name === 'reading') await this.send(false);
    else if (this.current.name === 'end-questions') await this.sendEnding();
  }

  async leaveAsItWas(): Promise<void> {
    if (this.current.name !== 'reading' || !this.case?.revising) return;
    const { position } = this.case.reading;
    await this.goTo(() => this.server.leaveReopened(position));
  }

  takeTheirs(): void {
    this.case?.settle('theirs');
    this.changed();
  }

  keepMine(): void {
    this.case?.settle('mine');
    this.changed();
  }

  dismiss(): void {
    this.notice = null;
    this.changed();
  }

  async undo(): Promise<void> {
    const undo = this.session?.undo;
    if (undo && (this.times().undo ?? 0) > 0) await this.reopen(undo.position);
  }

  async revisit(position: number): Promise<void> {
    if (this.session?.earlier.includes(position)) await this.reopen(position);
  }

  proceed(): void {
    if (!this.told) return;
    this.told = null;
    this.settle();
  }

  async startNext(): Promise<string | null> {
    if (this.current.name !== 'finished' || !this.session || !this.finishing) return null;
    return this.finishing.startNext(this.session);
  }

  async logIn(password: string): Promise<void> {
    if (this.login.trying) return;
    this.login = { ...this.login, trying: true, problem: null };
    this.changed();
    try {
      await this.server.logIn(this.who.user, password);
      this.post({ kind: 'login' });
      await this.loggedIn();
    } catch (error) {
      const refused = error instanceof ApiError && error.status < 500;
      const problem: Problem = refused ? { kind: 'refused', detail: error.detail } : UNREACHABLE;
      this.login = { needed: true, trying: false, problem };
      this.changed();
    }
  }

  times(): Times {
    const active = this.case?.clock.read().active ?? 0;
    const limit = this.session?.phase.time_limit_seconds ?? null;
    return {
      active: active / 1000,
      session: this.activeSoFar() / 1000,
      remaining: limit === null || !this.case ? null : Math.max(0, limit - active / 1000),
      undo: this.undoLeft(),
    };
  }

  // --- sending ---

  private async send(timedOut: boolean): Promise<void> {
    const { case: current } = this;
    if (!current || current.sent) return;
    const body = current.body(timedOut);
    this.markSent(current);
    this.notice = timedOut ? { kind: 'timed-out', position: current.reading.position } : null;
    this.drafts.delete(current.reading.position);
    await this.keepAndSend(this.entry('judgement', current.reading.position, body));
  }

  private async sendEnding(): Promise<void> {
    if (!this.ending || this.ending.sending || !this.session) return;
    this.ending = { ...this.ending, sending: true };
    this.notice = null;
    await this.keepAndSend(this.entry('end', END, { answers: endAnswers(this.session, this.ending.answers) }));
  }

  private async keepAndSend(entry: Entry): Promise<void> {
    this.changed();
    const { refused } = this;
    this.refused = null;
    if (refused) await this.outbox.mend(refused, entry);
    else await this.outbox.add(entry);
    const others = this.waiting.filter(({ key }) => key !== refused?.key);
    // A mended submission goes before those that were made after the refused one.
    this.waiting = refused ? [entry, ...others] : [...others, entry];
    this.post({ kind: 'queued', entry });
    this.settle();
    await this.flush();
  }

  private entry(kind: Entry['kind'], position: number, body: unknown): Entry {
    const { user, session } = this.who;
    const made_at = this.around.wall().toISOString();
    return { key: this.around.newKey(), user, session, kind, position, body, made_at, refusal: null };
  }

  private async deliver({ kind, session, position, body, key }: Entry): Promise<Session> {
    if (kind === 'end') return this.server.end(session, (body as { answers: Answers }).answers, key);
    return (await this.server.judge(session, position, body as JudgementBody, key)).session;
  }

  /** What became of a submission, sent by this window or another. */
  private delivered({ entry, outcome }: Delivery): void {
    const settled = outcome.kind === 'stored' || outcome.kind === 'elsewhere';
    this.trouble = outcome.kind === 'unreachable' || outcome.kind === 'login';
    this.waiting = this.waiting
      .filter(({ key }) => !settled || key !== entry.key)
      .map((one) => (outcome.kind === 'refused' && one.key === entry.key ? { ...one, refusal: outcome.detail } : one));
    if (outcome.kind === 'login') this.needLogin();
    if (entry.session !== this.who.session) {
      this.changed();
      return;
    }
    if (outcome.kind === 'closed') this.failure = { kind: 'closed', detail: '' };
    if (settled) this.accept(outcome.session);
    if (settled) this.askForImage();
    if (outcome.kind === 'elsewhere') this.say(this.takenElsewhere(entry));
    if (outcome.kind === 'stored' && this.isTold(entry)) this.tell();
    else this.settle();
  }

  private async flush(): Promise<void> {
    await this.outbox.flush();
    const before = this.waiting;
    const left = new Set((await this.outbox.all()).map(({ key }) => key));
    const vanished = new Set(before.map(({ key }) => key).filter((key) => !left.has(key)));
    if (vanished.size === 0) return;
    // Another window has delivered it and could not say so.
    this.waiting = this.waiting.filter(({ key }) => !vanished.has(key));
    await this.refresh();
  }

  /** Ask where the session is: something else has moved it. */
  private async refresh(): Promise<void> {
    try {
      await this.ask();
    } catch (error) {
      this.problemOf(error);
    }
    this.settle();
  }

  /** The server's word on the session, unless a delivery has brought a newer one while this one was on its way. */
  private async ask(): Promise<Session> {
    const known = this.session;
    const session = await this.server.session();
    if (this.session === known) this.accept(session);
    return session;
  }

  // --- drafts, windows, time ---

  private edit(act: (current: CurrentCase) => void): void {
    if (this.current.name !== 'reading' || !this.case || this.reopening) return;
    act(this.case);
    this.changed();
  }

  private answerAtEnd(question: string, value: Answer | null): void {
    if (!this.ending || this.ending.sending) return;
    const { [question]: _, ...others } = this.ending.answers;
    const answers = value === null || value === '' ? others : { ...others, [question]: value };
    this.ending = { ...this.ending, answers };
    const { user, session } = this.who;
    const kept = {
      user,
      session,
      position: END,
      body: { answers },
      seconds: 0,
      view_log: [],
      version: 0,
      clean: false,
    };
    this.drafts.set(END, kept);
    void this.keeper.keepDraft(kept);
    this.changed();
  }

  protected override eventsFor(position: number): SaverEvents {
    const current = () => (this.case?.reading.position === position ? this.case : null);
    return {
      mayPush: () => this.mine.length === 0,
      status: () => this.changed(),
      conflict: (theirs) => {
        const mayGoOn = current()?.meet(theirs) ?? false;
        this.changed();
        return mayGoOn;
      },
      moved: () => void (current() && this.refresh()),
      login: () => this.needLogin(),
      kept: (draft) => {
        this.drafts.set(position, draft);
        this.post({ kind: 'draft', draft });
      },
    };
  }

  private post(message: Message): void {
    this.around.windows.post(message);
  }

  private hear(message: Message): void {
    if (message.kind === 'queued') this.hearQueued(message.entry);
    else if (message.kind === 'delivery') this.delivered(message.delivery);
    else if (message.kind === 'login') void this.loggedIn();
    else if (message.kind === 'session') this.hearSession(message.session);
    else if (message.draft.session === this.who.session) this.hearDraft(message.draft);
  }

  private hearQueued(entry: Entry): void {
    if (this.waiting.some(({ key }) => key === entry.key)) return;
    // A mended submission takes the place of the refused one.
    const others = this.waiting.filter(({ refusal, session }) => refusal === null || session !== entry.session);
    this.waiting = [...others, entry];
    const { case: current } = this;
    if (entry.session === this.who.session && current && current.reading.position === entry.position) {
      if (current.saver.hasOwnChanges && !current.sent) this.tellElsewhere(current);
      this.markSent(current);
    }
    this.settle();
    void this.flush();
  }

  private hearSession(session: Session): void {
    if (session.code !== this.who.session) return;
    this.accept(session);
    this.settle();
  }

  private hearDraft(draft: KeptDraft): void {
    this.drafts.set(draft.position, draft);
    if (this.case?.reading.position === draft.position) this.case.follow(draft);
    this.changed();
  }

  private async reopen(position: number): Promise<void> {
    const { name } = this.current;
    if (name === 'reading' || name === 'end-questions' || name === 'finished')
      await this.goTo(() => this.server.reopen(position));
  }

  /** Have the server lead to another case. What was entered here stays as a draft. */
  private async goTo(ask: () => Promise<Session>): Promise<void> {
    if (this.reopening || this.mine.length > 0) return;
    this.reopening = true;
    try {
      await this.case?.saver.push();
      const session = await ask();
      this.accept(session);
      this.notice = null;
      this.post({ kind: 'session', session });
    } catch (error) {
      const { detail } = this.problemOf(error);
      if (error instanceof ApiError && error.session) this.accept(error.session);
      this.say({ kind: 'not-reopened', detail });
    }
    this.reopening = false;
    this.settle();
  }

  protected override opened(current: CurrentCase): void {
    current.clock.hide(this.hidden);
    current.clock.pause(this.cover !== null);
  }

  protected override left(current: CurrentCase): void {
    this.activeEarlier += current.activeHere;
  }

  protected override discard(entry: Entry): void {
    void this.outbox.discard(entry);
  }

  private coverWith(cover: 'instructions' | 'pause' | null): void {
    if (cover === 'pause' || this.cover === 'pause') this.case?.viewed('b', [Number(cover === 'pause')]);
    this.cover = cover;
    this.case?.clock.pause(cover !== null);
    if (cover === null) this.activeAtBreak = this.activeSoFar();
    if (cover === null && this.case?.imageSeen) this.case.imageShown();
    this.changed();
  }

  private tick(): void {
    this.around.later(TICK_MS, () => this.tick());
    this.ticks += 1;
    const { case: current } = this;
    if (!current || current.sent || this.current.name !== 'reading') return;
    if (this.session?.phase.time_limit === 'hard' && this.times().remaining === 0) void this.send(true);
    else if (this.ticks % KEEP_EVERY_TICKS === 0 && current.clock.running) void current.saver.keep();
    this.remindOfBreak();
  }

  private remindOfBreak(): void {
    const minutes = this.session?.phase.break_after_minutes ?? null;
    const active = this.activeSoFar();
    if (minutes === null || this.notice || active - this.activeAtBreak < minutes * 60_000) return;
    this.activeAtBreak = active;
    this.say({ kind: 'break', minutes });
    this.changed();
  }

  private activeSoFar(): number {
    return this.activeEarlier + (this.case?.activeHere ?? 0);
  }

  private undoLeft(): number | null {
    const { session } = this;
    if (!session?.undo || session.reopened || this.mine.length > 0) return null;
    return Math.max(0, session.undo.seconds_left - (this.around.monotonic() - this.sessionAt) / 1000);
  }

  private at(position: number): CurrentCase | null {
    const { case: current } = this;
    return current?.reading.position === position && !current.sent ? current : null;
  }

  private needLogin(): void {
    this.login = { ...this.login, needed: true };
    this.changed();
  }

  private async loggedIn(): Promise<void> {
    this.login = { needed: false, trying: false, problem: null };
    this.changed();
    await this.retry();
  }

  protected override problemOf(error: unknown): Problem {
    if (!(error instanceof ApiError) || error.status >= 500 || error.status === 429) return UNREACHABLE;
    if (error.status === 404) return { kind: 'closed', detail: '' };
    if (error.status !== 401 && error.status !== 403) return { kind: 'refused', detail: error.detail };
    this.needLogin();
    return UNREACHABLE;
  }

  protected override changed(): void {
    this.current = this.composed();
    for (const listener of this.listeners) listener(this.current);
  }

  private composed(): State {
    const { view: session, case: current, told, ending, finishing, failure, displayProblem, cover, begun } = this;
    const screen = screenOf({ session, current, told, ending, finishing, failure, displayProblem, cover, begun });
    return { ...screen, save: this.save(), login: this.login, notice: this.notice };
  }

  private save(): Save {
    const pending = this.mine.length;
    const kept = this.trouble || this.mine.some(({ refusal }) => refusal !== null) ? 'kept' : 'saving';
    const draft = this.case && !this.case.sent ? this.case.saver.status : 'saved';
    return { kind: pending === 0 ? 'saved' : kept, pending, draft, durable: this.keeper.durable };
  }
}

/** A session in which nothing was entered yet begins with what the reader is told. */
function isFresh({ done, stage, readings }: Session): boolean {
  return stage === 'reading' && done === 0 && !readings[0]?.draft;
}
