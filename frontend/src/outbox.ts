import { ApiError } from './api';
import type { Entry, Keeper } from './keeping';
import type { Surroundings } from './surroundings';
import type { Session } from './wire';

/** What became of one attempt to deliver a submission. */
export type Outcome =
  /** On record: now, or since an earlier attempt whose answer was lost. */
  | { readonly kind: 'stored'; readonly session: Session }
  /** Something else is on record for it, from another window or computer; it was not taken and is let go. */
  | { readonly kind: 'elsewhere'; readonly session: Session }
  /** Not as it should be: kept, and not sent again until it is mended. */
  | { readonly kind: 'refused'; readonly detail: string }
  /** The session is closed, or not this login's: kept. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'login' }
  /** Its turn has not come: an earlier one is to be judged first. Kept, and sent again. */
  | { readonly kind: 'early'; readonly session: Session }
  /** No answer, or a server fault: kept, and sent again. */
  | { readonly kind: 'unreachable' };

export interface Delivery {
  readonly entry: Entry;
  readonly outcome: Outcome;
}

const RETRY_AFTER_MS = [1_000, 2_000, 5_000, 10_000, 30_000];

/**
 * Submissions that the server has not acknowledged, delivered in the order in which they were made.
 *
 * Each is kept before it is sent, under the key that it is always sent with, and let go only when the server says that
 * it is on record, or that something else is. Any window of the browser may deliver any of them.
 */
export class Outbox {
  private attempts = 0;
  private flushing: Promise<void> | null = null;
  private again = false;
  private callOff: () => void = () => {};

  constructor(
    private readonly user: string,
    private readonly keeper: Keeper,
    private readonly around: Surroundings,
    private readonly deliver: (entry: Entry) => Promise<Session>,
    private readonly report: (delivery: Delivery) => void,
  ) {}

  /** Everything of this login that waits, the oldest first. */
  all(): Promise<{ entries: Entry[]; complete: boolean }> {
    return this.keeper.allEntries(this.user);
  }

  /** Keep a submission. It is sent by `flush()`. */
  add(entry: Entry): Promise<void> {
    return this.keeper.add(entry);
  }

  /** Put a mended submission in the place of a refused one. */
  mend(refused: Entry, entry: Entry): Promise<void> {
    return this.keeper.mend(refused.key, entry);
  }

  discard(entry: Entry): Promise<void> {
    return this.keeper.replace(entry.key, null);
  }

  /** Send what there is, now. Resolves once each was tried, or the first could not be delivered. */
  flush(): Promise<void> {
    if (this.flushing) {
      this.again = true;
      return this.flushing;
    }
    this.callOff();
    this.flushing = this.flushUntilQuiet().finally(() => {
      this.flushing = null;
    });
    return this.flushing;
  }

  private async flushUntilQuiet(): Promise<void> {
    do {
      this.again = false;
      await this.around.alone(() => this.sendAll());
    } while (this.again);
  }

  private async sendAll(): Promise<void> {
    const stuck = new Set<string>();
    let early = false;
    let stored = false;
    const { entries, complete } = await this.all();
    for (const entry of entries) {
      if (stuck.has(entry.session)) continue;
      const kind = entry.refusal === null ? await this.send(entry) : 'refused';
      if (kind === 'login' || kind === 'unreachable') {
        if (kind === 'unreachable') this.tryLater();
        return;
      }
      if (kind === 'refused' || kind === 'closed') stuck.add(entry.session);
      // What it waits for may stand behind it.
      else if (kind === 'early') early = true;
      else {
        this.attempts = 0;
        stored = true;
      }
    }
    if (early && stored) this.again = true;
    else if (early || !complete) this.tryLater();
  }

  private async send(entry: Entry): Promise<Outcome['kind']> {
    const outcome = await this.attempt(entry);
    if (outcome.kind === 'stored' || outcome.kind === 'elsewhere') await this.keeper.replace(entry.key, null);
    if (outcome.kind === 'refused') await this.keeper.replace(entry.key, { ...entry, refusal: outcome.detail });
    this.report({ entry, outcome });
    return outcome.kind;
  }

  private async attempt(entry: Entry): Promise<Outcome> {
    try {
      return { kind: 'stored', session: await this.deliver(entry) };
    } catch (error) {
      return outcomeOf(entry, error);
    }
  }

  private tryLater(): void {
    const delay = RETRY_AFTER_MS[Math.min(this.attempts, RETRY_AFTER_MS.length - 1)] ?? 0;
    this.attempts += 1;
    this.callOff();
    this.callOff = this.around.later(delay, () => void this.flush());
  }
}

function outcomeOf(entry: Entry, error: unknown): Outcome {
  if (!(error instanceof ApiError) || error.status >= 500 || error.status === 429 || error.status === 408) {
    return { kind: 'unreachable' };
  }
  if (error.status === 401 || error.status === 403) return { kind: 'login' };
  if (error.status === 404) return { kind: 'closed' };
  if (error.status !== 409) return { kind: 'refused', detail: error.detail };
  const { session } = error;
  // Its case is still to be judged: an earlier copy of it is being worked on, or an earlier case is open again.
  if (!session) return { kind: 'unreachable' };
  return { kind: isStillDue(entry, session) ? 'early' : 'elsewhere', session };
}

function isStillDue({ kind, position }: Entry, session: Session): boolean {
  if (session.stage === 'finished') return false;
  if (kind === 'end') return true;
  const current = session.readings[0]?.position;
  return session.stage === 'reading' && current !== undefined && current <= position;
}
