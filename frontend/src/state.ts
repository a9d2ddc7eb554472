import type {
  Aid,
  Answer,
  Answers,
  Call,
  Display,
  Feedback,
  MarkOnImage,
  Qualification,
  Reading,
  Session,
} from './wire';

/** What the reader has entered for one case so far. */
export interface Draft {
  /** null: nothing chosen yet. */
  readonly call: Call | 'cannot-tell' | null;
  /** 1–100, also on a scale of k points. */
  readonly confidence: number | null;
  readonly answers: Answers;
  readonly marks: readonly MarkOnImage[];
}

/**
 * Why something does not go on. The page has the words; `detail` is the server's own, already in the reader's language,
 * and may be empty.
 */
export type ProblemKind =
  /** No answer, or a server fault. Nothing is lost. */
  | 'unreachable'
  /** The study was closed, or the session is not this login's. */
  | 'closed'
  /** The server refused, and `detail` says why. */
  | 'refused'
  /** The X-ray could not be loaded. */
  | 'image'
  /** The session has no case to read at present. */
  | 'no-case';
export interface Problem {
  readonly kind: ProblemKind;
  readonly detail: string;
}

/** What happened beside the reader's own doing; stays until `dismiss()` or the next submission. */
export type Notice =
  /** The case was judged in another window or on another computer, and that judgement stands; `kept` was not taken. */
  | { readonly kind: 'judged-elsewhere'; readonly position: number; readonly kept: Draft | null }
  /** The server refused what was sent for this case; it is open again with everything that was entered. */
  | { readonly kind: 'sent-back'; readonly position: number; readonly detail: string }
  /** Answers at the end of the phase were already given elsewhere. */
  | { readonly kind: 'ended-elsewhere' }
  /** The last judgement cannot be opened again any more. */
  | { readonly kind: 'not-reopened'; readonly detail: string }
  /** So many minutes without a pause: time for one. */
  | { readonly kind: 'break'; readonly minutes: number }
  /** The hard limit was reached, and what was there has been sent. */
  | { readonly kind: 'timed-out'; readonly position: number; readonly empty: boolean };

/** Where the work is. `kept` = on this computer only, delivered as soon as that is possible. */
export interface Save {
  readonly kind: 'saved' | 'saving' | 'kept';
  /** Submissions that the server has not acknowledged. */
  readonly pending: number;
  /** The same of the case that is being read. */
  readonly draft: 'saved' | 'saving' | 'kept';
  /** false: this browser keeps nothing through a crash (private window); the page must stay open until all is saved. */
  readonly durable: boolean;
}

/** A draft of the same case that another window or computer has saved in the meantime. */
export interface Conflict {
  readonly theirs: Draft;
  readonly mine: Draft;
}

export type AidState =
  | { readonly name: 'none' }
  | { readonly name: 'loading' }
  | { readonly name: 'there'; readonly aid: Aid }
  | { readonly name: 'failed'; readonly problem: Problem };

/** Whether the login has expired, and how the attempt to renew it in place went. */
export interface LoginState {
  readonly needed: boolean;
  readonly trying: boolean;
  /** Why the last attempt did not succeed. */
  readonly problem: Problem | null;
}

/** In every state: what the header, the dialogs and the live region show. */
interface Always {
  readonly save: Save;
  readonly login: LoginState;
  readonly notice: Notice | null;
}

interface Current {
  readonly session: Session;
  readonly reading: Reading;
  readonly draft: Draft;
  /** The case was judged before and is open for a revision; the old judgement stands until the new one is sent. */
  readonly revising: boolean;
  readonly aid: AidState;
}

export type Screen =
  | { readonly name: 'loading' }
  /** The session could not be had; `retry()`. */
  | { readonly name: 'failed'; readonly problem: Problem }
  /** Before a reader's first session; `confirmDisplay()`. */
  | { readonly name: 'display-check'; readonly session: Session; readonly problem: Problem | null }
  /** What the reader is told. `again`: called up from a case (the clock stands still); `begin()` goes on. */
  | { readonly name: 'told'; readonly session: Session; readonly again: boolean }
  | (Current & {
      readonly name: 'reading';
      readonly problem: Problem | null;
      /** To be settled by `takeTheirs()` or `keepMine()` before `submit()`. */
      readonly conflict: Conflict | null;
    })
  /** Submitted, and the page cannot go on without the server's word: see `save`; it is sent again by itself. */
  | (Current & { readonly name: 'submitting' })
  | (Current & { readonly name: 'paused' })
  /** The answer of a case; `proceed()`. */
  | (Current & { readonly name: 'feedback'; readonly feedback: Feedback | null; readonly problem: Problem | null })
  /** Questions at the end of the phase: `answer()`, then `submit()`. */
  | {
      readonly name: 'end-questions';
      readonly session: Session;
      readonly answers: Answers;
      /** Sent, and waiting for the server's word. */
      readonly sending: boolean;
    }
  | {
      readonly name: 'finished';
      readonly session: Session;
      /** `startNext()` is under way. */
      readonly starting: boolean;
      /** null where the phase has no threshold, or until the result is there. */
      readonly qualification: Qualification | null;
      /** The answers of all cases, where the phase tells them at its end; null until they are there. */
      readonly answers: readonly Feedback[] | null;
      readonly problem: Problem | null;
    };

export type State = Always & Screen;

/** What still stands between the reader and a submission: the picture, the aid, a conflict, or a question by its name. */
export interface Missing {
  readonly what: 'image' | 'aid' | 'conflict' | 'confidence' | 'question';
  /** Name of the question for `question` and `confidence`; '' otherwise. */
  readonly question: string;
}

/** Times of the case on the screen, in seconds; ask once a second. */
export interface Times {
  /** Active seconds on this case: neither paused nor hidden. */
  readonly active: number;
  /** Active seconds of the session, also those before this page was opened. */
  readonly session: number;
  /** Until the phase's limit for one case; null without a limit; 0 when it is over. */
  readonly remaining: number | null;
  /** Until the last judgement cannot be opened again; null when there is nothing to undo. */
  readonly undo: number | null;
}

/** What the page may ask of the machine. Everything is safe to call at any time; what does not fit does nothing. */
export interface Machine {
  readonly state: State;
  subscribe(listener: (state: State) => void): () => void;
  load(): Promise<void>;
  /** Ask or send again, at once, whatever is waiting. */
  retry(): Promise<void>;

  confirmDisplay(display: Display): Promise<void>;
  showTold(): void;
  begin(): void;

  imageShown(position: number): void;
  imageFailed(position: number): void;
  /** A view command: code and numbers as the view log has them. */
  viewed(code: string, ...numbers: number[]): void;

  chooseCall(call: Call | 'cannot-tell'): void;
  setConfidence(value: number): void;
  nudgeConfidence(step: number): void;
  /** Point `i` (from 1) of the phase's scale; without one, i·10. */
  choosePoint(i: number): void;
  /** null or '' takes an answer back. In `reading` and `end-questions`. */
  answer(question: string, value: Answer | null): void;
  setMarks(marks: readonly MarkOnImage[]): void;

  missing(): Missing[];
  /** In `reading` and `end-questions`. */
  submit(): Promise<void>;
  takeTheirs(): void;
  keepMine(): void;
  dismiss(): void;

  undo(): Promise<void>;
  revisit(position: number): Promise<void>;
  /** While revising: let the judgement stand as it was, and go on. */
  leaveAsItWas(): Promise<void>;
  pause(): void;
  resume(): void;
  /** The tab is hidden (true) or seen again. */
  hide(hidden: boolean): void;
  proceed(): void;
  /** The next session's code, or null when that was refused. */
  startNext(): Promise<string | null>;
  logIn(password: string): Promise<void>;
  times(): Times;
}
