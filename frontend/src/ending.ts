import { NOTHING_SPENT } from './clock';
import type { Support } from './current';
import { DraftSaver, isSame, type Place, type Restored, type Snapshot, snapshotOf } from './drafts';
import type { KeptDraft } from './keeping';
import { EMPTY } from './questions';
import type { Answer, Answers, Question, ServerDraft } from './wire';

/** The answers at the end of a phase, kept on every change as those to a case are. */
export class Ending {
  readonly saver: DraftSaver;
  answers: Answers;
  /** Sent: nothing can be edited any more. */
  sending = false;
  private readonly maker: string;

  constructor(
    place: Place,
    private readonly questions: readonly Question[],
    { server, keeper, around, events }: Support,
    from: Restored,
  ) {
    this.answers = from.theirs ? this.with(from.theirs.answers, from.draft.answers) : from.draft.answers;
    this.maker = from.maker ?? around.newKey();
    const { version, clean } = from;
    this.saver = new DraftSaver(place, () => this.snapshot(), server, keeper, around, events, version, clean);
  }

  state(): { readonly answers: Answers; readonly sending: boolean } {
    return { answers: this.answers, sending: this.sending };
  }

  answer(name: string, value: Answer | null): void {
    if (this.sending) return;
    const { [name]: _, ...others } = this.answers;
    this.answers = value === null || value === '' ? others : { ...others, [name]: value };
    this.saver.changed();
  }

  send(): void {
    this.sending = true;
    this.saver.stop();
  }

  /** Another computer has kept something since: it comes to what was entered here, so that neither is lost. */
  meet({ body, seconds }: ServerDraft): boolean {
    const { draft, maker } = snapshotOf(body, seconds);
    const isOwn = maker === this.maker || isSame(draft, this.snapshot().draft);
    if (!isOwn) this.answers = this.with(draft.answers, this.answers);
    return true;
  }

  /** Another window of this browser has gone on; what was entered here and is not saved comes first. */
  follow(kept: KeptDraft): void {
    if (this.sending || this.saver.hasOwnChanges) return;
    this.saver.follow(kept);
    this.answers = snapshotOf(kept.body, kept.seconds).draft.answers;
  }

  /** Words of both, one under the other; of other answers, those that were given here. */
  private with(theirs: Answers, mine: Answers): Answers {
    const words = this.questions.filter(({ kind, options }) => kind === 'open' || options.length === 0);
    const both = words.flatMap(({ name }) => {
      const [other, own] = [theirs[name], mine[name]].map((answer) => String(answer ?? ''));
      const text = own?.includes(other ?? '') ? own : other?.includes(own ?? '') ? other : `${other}\n${own}`;
      return text ? [[name, text]] : [];
    });
    return { ...theirs, ...mine, ...Object.fromEntries(both) };
  }

  private snapshot(): Snapshot {
    const draft = { ...EMPTY, answers: this.answers };
    return { draft, spent: NOTHING_SPENT, shown_at: null, view_log: [], maker: this.maker };
  }
}
