import { ApiError, type Server } from './api';
import { NOTHING_SPENT, ofCase, type Spent } from './clock';
import type { Keeper, KeptDraft } from './keeping';
import { draftOf, EMPTY } from './questions';
import type { Draft } from './state';
import type { Surroundings } from './surroundings';
import type { Question, Reading, ServerDraft, ViewEntry } from './wire';

/** All that is known of a case while it is read. */
export interface Snapshot {
  readonly draft: Draft;
  readonly spent: Spent;
  /** When its image was first shown, by the wall clock. */
  readonly shown_at: string | null;
  readonly view_log: readonly ViewEntry[];
  /** Who made it; null for a draft that nobody has begun. */
  readonly maker: string | null;
}

/** A snapshot taken up again, and how it stands to the server's. */
export interface Restored extends Snapshot {
  /** Version of the server's draft that it builds on; 0 for none. */
  readonly version: number;
  readonly clean: boolean;
  /** Set where another computer has saved something else since. */
  readonly theirs: Draft | null;
}

/** What of a snapshot goes into a draft's body; the active time goes beside it, the view log stays on this computer. */
interface Body extends Draft {
  readonly paused: number;
  readonly hidden: number;
  readonly shown_at: string | null;
  readonly maker: string | null;
}

const PUSH_AFTER_MS = 800;
const RETRY_AFTER_MS = 5_000;

export function bodyOf({ draft, spent, shown_at, maker }: Snapshot): Body {
  return { ...draft, paused: spent.paused, hidden: spent.hidden, shown_at, maker };
}

/** Read a draft back. It was written by this page, perhaps by an older version of it: what does not fit is left out. */
export function snapshotOf(body: unknown, activeSeconds: number, view_log: readonly ViewEntry[] = []): Snapshot {
  const found: Partial<Body> = typeof body === 'object' && body !== null ? body : {};
  const { call = null, confidence = null, answers = {}, marks = [] } = found;
  const { paused = 0, hidden = 0, shown_at = null, maker = null } = found;
  const spent = { active: activeSeconds * 1000, paused, hidden };
  return { draft: { call, confidence, answers, marks }, spent, shown_at, view_log, maker };
}

/** Whether two drafts say the same. Databases do not keep the order of an object's keys. */
export function isSame(one: Draft, other: Draft): boolean {
  return inOrder(one) === inOrder(other);
}

function inOrder(value: unknown): string {
  return JSON.stringify(value, (_, part) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

const NEW: Snapshot = { draft: EMPTY, spent: NOTHING_SPENT, shown_at: null, view_log: [], maker: null };

/** What to go on from when a case is entered: the server's draft, this computer's, the judgement that stands, or nothing. */
export function restored(
  reading: Pick<Reading, 'draft' | 'previous'>,
  kept: KeptDraft | null,
  questions: readonly Question[],
): Restored {
  const { draft: server, previous } = reading;
  const version = server?.version ?? 0;
  // Another window may have saved it after the server was asked; where a judgement stands, an older draft went with it.
  if (kept && (kept.version === version || (kept.version > version && !previous))) return fromHere(kept);
  if (kept && server && !kept.clean && kept.version < version) return fromBoth(kept, server);
  if (server) return { ...snapshotOf(server.body, server.seconds), version, clean: true, theirs: null };
  const draft = previous ? draftOf(previous, questions) : EMPTY;
  return { ...NEW, draft, version, clean: true, theirs: null };
}

/** Nobody else has saved anything since: this computer knows more, at least of the time. */
export function fromHere({ body, seconds, view_log, version, clean }: KeptDraft): Restored {
  return { ...snapshotOf(body, seconds, view_log), version, clean, theirs: null };
}

function fromBoth(kept: KeptDraft, server: ServerDraft): Restored {
  const mine = snapshotOf(kept.body, kept.seconds, kept.view_log);
  const theirs = snapshotOf(server.body, server.seconds);
  // One's own, of which the receipt was lost before the browser died.
  const own = theirs.maker !== null && theirs.maker === mine.maker;
  const clash = own || isSame(theirs.draft, mine.draft) ? null : theirs.draft;
  return { ...mine, version: server.version, clean: false, theirs: clash };
}

/** What a saver tells the machine. */
export interface SaverEvents {
  /** Whether the server can take a draft of this case yet: not while earlier submissions are on their way. */
  mayPush(): boolean;
  /** The state of saving has changed. */
  status(): void;
  /** Another window or computer has saved something since. Gives whether it can be written over without asking. */
  conflict(theirs: ServerDraft): boolean;
  /** The server takes no draft for this case: it is not the current one any more. */
  moved(): void;
  login(): void;
  /** What is kept now, for the other windows. */
  kept(draft: KeptDraft): void;
}

export interface Place {
  readonly user: string;
  readonly session: string;
  readonly position: number;
}

/** Saves the draft of one case: on this computer at every change, on the server soon after the last one. */
export class DraftSaver {
  private dirty: boolean;
  /** Another window has entered what it has not saved yet. */
  private othersDirty = false;
  private stopped = false;
  private resting = false;
  private writing = false;
  private pushing: Promise<void> | null = null;
  private changes = 0;
  private failed = false;
  private callOff: () => void = () => {};

  constructor(
    private readonly place: Place,
    private readonly snapshot: () => Snapshot,
    private readonly server: Server,
    private readonly keeper: Keeper,
    private readonly around: Surroundings,
    private readonly events: SaverEvents,
    public version: number,
    clean: boolean,
  ) {
    this.dirty = !clean;
  }

  get status(): 'saved' | 'saving' | 'kept' {
    if (!this.dirty) return 'saved';
    return this.failed ? 'kept' : 'saving';
  }

  get hasOwnChanges(): boolean {
    return this.dirty;
  }

  /** Something was changed. */
  changed(): void {
    if (this.stopped) return;
    this.dirty = true;
    this.othersDirty = false;
    this.changes += 1;
    this.events.kept(this.current());
    void this.keep();
    this.pushAfter(PUSH_AFTER_MS);
  }

  /** Another window keeps this case now. */
  follow({ version, clean }: KeptDraft): void {
    this.version = Math.max(this.version, version);
    this.othersDirty = !clean;
  }

  /** Write to this computer what is there, at least the time. Writes do not pile up: the last one counts. */
  async keep(): Promise<void> {
    if (this.writing || this.stopped) return;
    this.writing = true;
    let written = -1;
    while (written !== this.changes && !this.stopped) {
      written = this.changes;
      await this.keeper.keepDraft(this.current());
    }
    this.writing = false;
  }

  /** Send what is not on the server yet, now. */
  async push(): Promise<void> {
    this.callOff();
    if (this.pushing) await this.pushing;
    if (!this.dirty || this.stopped) return;
    if (!this.events.mayPush()) {
      this.pushAfter(RETRY_AFTER_MS);
      return;
    }
    this.pushing = this.send();
    await this.pushing;
    this.pushing = null;
  }

  /** The reader goes to another case, and will be back. */
  rest(): void {
    if (this.stopped) return;
    this.events.kept(this.current());
    void this.keep();
    this.resting = true;
    this.callOff();
  }

  /** From now on nothing of this case is a draft. */
  stop(): void {
    this.stopped = true;
    this.callOff();
  }

  private current(): KeptDraft {
    const snapshot = this.snapshot();
    return {
      ...this.place,
      body: bodyOf(snapshot),
      seconds: ofCase(snapshot.spent.active),
      view_log: snapshot.view_log,
      version: this.version,
      clean: !this.dirty && !this.othersDirty,
    };
  }

  private async send(): Promise<void> {
    const sent = this.changes;
    const { body, seconds } = this.current();
    try {
      const { version } = await this.server.saveDraft(this.place.position, { body, seconds, version: this.version });
      this.version = version;
      this.failed = false;
      this.dirty = sent !== this.changes;
      this.events.kept(this.current());
      if (!this.dirty) void this.keep();
    } catch (error) {
      this.notSaved(error);
    }
    if (!this.stopped) this.events.status();
  }

  private notSaved(error: unknown): void {
    this.failed = true;
    if (this.stopped) return;
    const status = error instanceof ApiError ? error.status : 0;
    if (error instanceof ApiError && error.draft) this.meet(error.draft);
    else if (status === 401 || status === 403) this.events.login();
    else if (status === 404 || status === 409) this.beginAnew(error);
    else if (status < 400 || status >= 500 || status === 429) this.pushAfter(RETRY_AFTER_MS);
  }

  private meet(theirs: ServerDraft): void {
    if (!this.events.conflict(theirs)) return;
    this.version = theirs.version;
    this.pushAfter(0);
  }

  /** The draft that this one builds on went with a judgement; where the case is open again, what is here is the first. */
  private beginAnew(error: unknown): void {
    const current = error instanceof ApiError ? error.session?.readings[0] : undefined;
    if (current?.position === this.place.position) {
      this.version = current.draft?.version ?? 0;
      this.events.kept(this.current());
      this.pushAfter(PUSH_AFTER_MS);
    }
    this.events.moved();
  }

  private pushAfter(ms: number): void {
    this.callOff();
    if (this.resting) return;
    this.callOff = this.around.later(ms, () => void this.push());
  }
}
