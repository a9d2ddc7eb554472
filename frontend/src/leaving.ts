import { ApiError, type Server } from './api';
import { END, type Entry, type Keeper, type KeptDraft } from './keeping';
import { Outbox } from './outbox';
import type { Surroundings } from './surroundings';
import type { Answers, JudgementBody, ServerDraft, Session } from './wire';

type Line = Pick<Server, 'judge' | 'end' | 'saveDraft'>;

/**
 * What comes before a logout, as others use the computer too.
 *
 * What only this computer has of a login goes to the server; what the server has is let go of here.
 */
export class Leaving {
  private readonly outbox: Outbox;

  constructor(
    private readonly user: string,
    private readonly keeper: Keeper,
    private readonly around: Surroundings,
    private readonly lineTo: (session: string) => Line,
  ) {
    const report = () => {};
    this.outbox = new Outbox(user, keeper, around, (entry) => this.deliver(entry), report);
  }

  /** Gives how much could not be sent. That stays; no other login is shown it, or sends it. */
  async handOver(): Promise<number> {
    await this.outbox.flush();
    for (const draft of await this.keeper.allDrafts(this.user)) {
      const { session, position } = draft;
      if (draft.clean || (await this.isSaved(draft))) await this.keeper.dropDraft(this.user, session, position);
    }
    await this.keeper.forgetOthers(this.user);
    const [entries, drafts] = [await this.keeper.entries(this.user), await this.keeper.allDrafts(this.user)];
    return entries.length + drafts.length;
  }

  /** The other windows of this login close what they show. */
  tell(): void {
    this.around.windows.post({ kind: 'left' });
  }

  private async deliver({ kind, session, position, body, key }: Entry): Promise<Session> {
    const line = this.lineTo(session);
    if (kind === 'end') return line.end(session, (body as { answers: Answers }).answers, key);
    return (await line.judge(session, position, body as JudgementBody, key)).session;
  }

  private async isSaved(draft: KeptDraft, version = draft.version): Promise<boolean> {
    const { session, position, seconds } = draft;
    try {
      await this.lineTo(session).saveDraft(position, { body: draft.body as ServerDraft['body'], seconds, version });
      return true;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409) return false;
      const { draft: theirs, session: now } = error;
      if (!theirs) return now !== null && isPast(position, now);
      // One's own, of which the receipt was lost.
      const own = makerOf(theirs.body) !== undefined && makerOf(theirs.body) === makerOf(draft.body);
      return own && theirs.version > version && this.isSaved(draft, theirs.version);
    }
  }
}

/** Judged in the meantime: a draft of it is of no use any more. */
function isPast(position: number, { stage, readings, reopened }: Session): boolean {
  if (stage === 'finished') return true;
  if (position === END || reopened) return false;
  return stage === 'end-questions' || (readings[0]?.position ?? position) > position;
}

function makerOf(body: unknown): unknown {
  return (body as { maker?: unknown } | null)?.maker ?? undefined;
}
