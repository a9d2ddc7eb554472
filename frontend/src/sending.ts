import type { Server } from './api';
import { Course, type Identity } from './course';
import { endAnswers } from './current';
import type { SaverEvents } from './drafts';
import { END, type Entry, type Keeper, type KeptDraft } from './keeping';
import { type Delivery, Outbox } from './outbox';
import { isEmpty } from './questions';
import type { Surroundings } from './surroundings';
import type { Answers, JudgementBody, Session } from './wire';

/** What the windows of one browser tell each other. */
type Message =
  | { readonly kind: 'queued'; readonly entry: Entry }
  | { readonly kind: 'delivery'; readonly delivery: Delivery }
  | { readonly kind: 'session'; readonly session: Session }
  | { readonly kind: 'draft'; readonly draft: KeptDraft }
  | { readonly kind: 'login' }
  /** Logged out. */
  | { readonly kind: 'left' };

/**
 * What leaves this window and what it hears: submissions through the outbox, and the other windows of this browser.
 *
 * A submission is kept on this computer first and delivered by the outbox, in order, under a key of its own; the
 * reader goes on as far as the server has opened images.
 */
export abstract class Sending extends Course {
  protected readonly outbox: Outbox;
  /** The last attempt to deliver something did not succeed. */
  protected trouble = false;

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
    around.windows.listen((message) => this.hear(message as Message));
  }

  protected abstract needLogin(): void;
  protected abstract loggedIn(): Promise<void>;

  protected async send(timedOut: boolean): Promise<void> {
    const { case: current } = this;
    if (!current || current.sent) return;
    const body = current.body(timedOut);
    this.markSent(current);
    const { reading, draft } = current;
    this.notice = timedOut ? { kind: 'timed-out', position: reading.position, empty: isEmpty(draft) } : null;
    this.drafts.delete(current.reading.position);
    await this.keepAndSend(this.entry('judgement', current.reading.position, body));
  }

  protected async sendEnding(): Promise<void> {
    if (!this.ending || this.ending.sending || !this.session) return;
    this.ending.send();
    this.notice = null;
    this.drafts.delete(END);
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
    this.trouble = outcome.kind === 'unreachable' || outcome.kind === 'login' || outcome.kind === 'early';
    this.waiting = this.waiting
      .filter(({ key }) => !settled || key !== entry.key)
      .map((one) => (outcome.kind === 'refused' && one.key === entry.key ? { ...one, refusal: outcome.detail } : one));
    if (outcome.kind === 'login') this.needLogin();
    if (entry.session !== this.who.session) {
      this.changed();
      return;
    }
    if (outcome.kind === 'closed') this.failure = { kind: 'closed', detail: '' };
    if (settled || outcome.kind === 'early') this.accept(outcome.session);
    if (settled) this.askForImage();
    if (outcome.kind === 'elsewhere') this.say(this.takenElsewhere(entry));
    if (outcome.kind === 'stored' && this.isTold(entry)) this.tell();
    else this.settle();
  }

  protected async flush(): Promise<void> {
    await this.outbox.flush();
    const before = this.waiting;
    const { entries, complete } = await this.outbox.all();
    if (!complete) return;
    const left = new Set(entries.map(({ key }) => key));
    const vanished = new Set(before.map(({ key }) => key).filter((key) => !left.has(key)));
    if (vanished.size === 0) return;
    // Another window has delivered it and could not say so.
    this.waiting = this.waiting.filter(({ key }) => !vanished.has(key));
    await this.refresh();
  }

  /** Deliver what a window has kept that was closed before it could send or tell; what is known has its own timer. */
  protected async collect(): Promise<void> {
    if (this.session && this.waiting.length === 0) await this.flush();
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
  protected async ask(): Promise<Session> {
    const known = this.session;
    const session = await this.server.session();
    if (this.session === known) this.accept(session);
    return session;
  }

  protected override eventsFor(position: number): SaverEvents {
    const atEnd = position === END;
    const current = () => (atEnd ? this.ending : this.case?.reading.position === position ? this.case : null);
    return {
      mayPush: () => this.mine.length === 0 && (!atEnd || this.session?.stage === 'end-questions'),
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

  protected post(message: Message): void {
    this.around.windows.post(message);
  }

  private hear(message: Message): void {
    if (message.kind === 'queued') this.hearQueued(message.entry);
    else if (message.kind === 'delivery') this.delivered(message.delivery);
    else if (message.kind === 'login') void this.loggedIn();
    else if (message.kind === 'left') this.putAway();
    else if (message.kind === 'session') this.hearSession(message.session);
    else if (message.draft.session === this.who.session) this.hearDraft(message.draft);
  }

  /** The reader has logged out: from now on nothing of theirs is kept here, or to be seen. */
  private putAway(): void {
    this.case?.saver.stop();
    this.ending?.saver.stop();
    this.failure = { kind: 'closed', detail: '' };
    this.changed();
    this.around.leave();
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
    if (entry.session === this.who.session && entry.kind === 'end') this.endElsewhere();
    this.settle();
    void this.flush();
  }

  private endElsewhere(): void {
    if (this.ending?.saver.hasOwnChanges && !this.ending.sending) this.say({ kind: 'ended-elsewhere' });
    this.ending?.send();
  }

  private hearSession(session: Session): void {
    if (session.code !== this.who.session) return;
    this.accept(session);
    this.settle();
  }

  private hearDraft(draft: KeptDraft): void {
    this.drafts.set(draft.position, draft);
    if (draft.position === END) this.ending?.follow(draft);
    else if (this.case?.reading.position === draft.position) this.case.follow(draft);
    this.changed();
  }

  protected override discard(entry: Entry): void {
    void this.outbox.discard(entry);
  }
}
