import { ApiError, type Server } from './api';
import type { Identity } from './course';
import { type CurrentCase, endMissing } from './current';
import type { Keeper } from './keeping';
import { isEmpty } from './questions';
import { screenOf } from './screen';
import { Sending } from './sending';
import type { LoginState, Machine, Missing, Problem, Save, State, Times } from './state';
import type { Surroundings } from './surroundings';
import type { Answer, Call, Display, JudgementBody, MarkOnImage, Session } from './wire';

export type { Draft, Machine, Missing, Problem, State } from './state';

const TICK_MS = 1_000;
/** So often the time spent is written to this computer, and what closed windows have left there is looked for. */
const KEEP_EVERY_TICKS = 5;
const UNREACHABLE: Problem = { kind: 'unreachable', detail: '' };

/**
 * One reader's way through one session, without a page: what a reader may ask for, and the state that this leads to.
 *
 * Where the reader is stands in `Course`; how submissions leave and what other windows say, in `Sending`.
 */
export class ReadingMachine extends Sending implements Machine {
  private current: State;
  private readonly listeners = new Set<(state: State) => void>();

  private displayProblem: Problem | null = null;
  private cover: 'instructions' | 'pause' | null = null;
  private begun = false;
  private hidden = false;
  private reopening = false;
  private login: LoginState = { needed: false, trying: false, problem: null };
  private activeEarlier = 0;
  private activeAtBreak = 0;
  private ticks = 0;

  constructor(server: Server, keeper: Keeper, around: Surroundings, who: Identity) {
    super(server, keeper, around, who);
    this.current = this.composed();
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
    void this.keeper.forgetOthers(this.who.user);
    try {
      // In this order: what is in the outbox no more was acknowledged before, so the server's word includes it.
      const { entries } = await this.outbox.all();
      this.waiting = [...entries, ...this.waiting.filter(({ key }) => entries.every((entry) => entry.key !== key))];
      for (const draft of await this.keeper.drafts(this.who.user, this.who.session)) {
        this.drafts.set(draft.position, draft);
      }
      const session = await this.ask();
      this.begun = !isFresh(session) || this.drafts.size + this.mine.length > 0;
      this.settle();
      this.activeEarlier = this.activeBefore(session);
      this.activeAtBreak = this.activeSoFar();
    } catch (error) {
      this.failure = this.problemOf(error);
      this.changed();
    }
    await this.flush();
  }

  /** Active milliseconds of the session before it was opened here: on record, on their way, and of the open case. */
  private activeBefore({ seconds }: Session): number {
    const underway = this.mine
      .filter(({ kind }) => kind === 'judgement')
      .map(({ body }) => (body as JudgementBody).seconds);
    return [seconds, ...underway].reduce((sum, one) => sum + one) * 1000 + (this.case?.activeBefore ?? 0);
  }

  async retry(): Promise<void> {
    if (this.failure) return this.load();
    if (this.told?.problem) return this.askFeedback();
    this.askForImage();
    if (this.case?.aid.name === 'failed') await this.askAid(this.case);
    if (this.session && this.finishing?.problem) await this.finishing.ask(this.session);
    await Promise.all([this.flush(), this.case?.saver.push(), this.ending?.saver.push()]);
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
    if (!hidden) void this.collect();
    if (!hidden) return;
    void this.ending?.saver.push();
    if (!this.case || this.case.sent) return;
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
    this.cover = null;
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

  // --- drafts, windows, time ---

  private edit(act: (current: CurrentCase) => void): void {
    if (this.current.name !== 'reading' || !this.case || this.reopening) return;
    act(this.case);
    this.changed();
  }

  private answerAtEnd(question: string, value: Answer | null): void {
    this.ending?.answer(question, value);
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
    this.cover = null;
    try {
      await Promise.all([this.case?.saver.push(), this.ending?.saver.push()]);
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
    if (this.ticks % KEEP_EVERY_TICKS === 0) void this.collect();
    const { case: current } = this;
    if (!current || current.sent || this.reopening || this.current.name !== 'reading') return;
    if (this.session?.phase.time_limit === 'hard' && this.times().remaining === 0) this.timeOut(current);
    else if (this.ticks % KEEP_EVERY_TICKS === 0 && current.clock.running && !this.hidden) void current.saver.keep();
    this.remindOfBreak();
  }

  /** Where nothing was entered nobody may be there: the next case waits for them. */
  private timeOut({ draft }: CurrentCase): void {
    if (isEmpty(draft)) this.cover = 'pause';
    void this.send(true);
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
    // What is told at the end of a session closes it.
    if (this.finishing?.tells(session)) return null;
    // With the aid on the screen, one's own judgement of the same case is sealed.
    if (session.phase.aid === 'sequential' && session.readings[0]?.aided) return null;
    return Math.max(0, session.undo.seconds_left - (this.around.monotonic() - this.sessionAt) / 1000);
  }

  private at(position: number): CurrentCase | null {
    const { case: current } = this;
    return current?.reading.position === position && !current.sent ? current : null;
  }

  protected override needLogin(): void {
    this.login = { ...this.login, needed: true };
    this.changed();
  }

  protected override async loggedIn(): Promise<void> {
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
    // Nobody reads behind instructions, in a pause, or while the page says that it has failed.
    this.case?.clock.pause(this.cover !== null || this.failure !== null);
    this.current = this.composed();
    for (const listener of this.listeners) listener(this.current);
  }

  private composed(): State {
    const { view: session, case: current, told, ending, finishing, failure, displayProblem, cover, begun } = this;
    const screen = screenOf({ session, current, told, ending, finishing, failure, displayProblem, cover, begun });
    return { ...screen, save: this.save(), login: this.login, notice: this.notice };
  }

  /** Of what is being entered now. */
  private get saverOfNow() {
    if (this.case) return this.case.sent ? null : this.case.saver;
    return this.ending && !this.ending.sending ? this.ending.saver : null;
  }

  private save(): Save {
    const pending = this.mine.length;
    const kept = this.trouble || this.mine.some(({ refusal }) => refusal !== null) ? 'kept' : 'saving';
    const draft = this.saverOfNow?.status ?? 'saved';
    return { kind: pending === 0 ? 'saved' : kept, pending, draft, durable: this.keeper.durable };
  }
}

/** A session in which nothing was entered yet begins with what the reader is told. */
function isFresh({ done, stage, readings }: Session): boolean {
  return stage === 'reading' && done === 0 && !readings[0]?.draft;
}
