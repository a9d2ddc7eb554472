import type { components } from '../generated/api';

/**
 * The shapes that go between the reading page and the server, read-only and with tuples where the server's schema can
 * only say "array of numbers". That they fit the schema is checked at the end of this file, when it is compiled.
 */

export type Call = 'authentic' | 'synthetic';

export interface Condition {
  readonly question: string;
  readonly is: readonly (string | number)[];
}

export type MarkTool = 'point' | 'box' | 'freehand';

export interface Question {
  readonly name: string;
  readonly kind: 'call' | 'quality' | 'diagnosis' | 'open' | 'marks';
  readonly text: string;
  readonly help: string;
  readonly required: boolean;
  /** Steps of the confidence scale; 0 is continuous, 1–100. */
  readonly points: number;
  /** false offers “cannot tell” beside the two calls. */
  readonly forced: boolean;
  readonly options: readonly string[];
  readonly tools: readonly MarkTool[];
  readonly condition: Condition | null;
}

/** Corners in fractions of the presented image: x to the right, y down. */
export type Point = readonly [number, number];

export interface MarkOnImage {
  readonly question: string;
  readonly kind: MarkTool;
  readonly points: readonly Point[];
  readonly reason: string;
}

export interface PhaseWire {
  readonly name: string;
  readonly title: string;
  readonly practice: boolean;
  readonly told_html: string;
  readonly disclosed_prevalence: number | null;
  readonly feedback: 'none' | 'after-each' | 'at-end';
  readonly aid: 'none' | 'concurrent' | 'sequential';
  readonly questions: readonly Question[];
  readonly end_questions: readonly Question[];
  readonly time_limit: 'none' | 'soft' | 'hard';
  readonly time_limit_seconds: number | null;
  readonly break_after_minutes: number | null;
  readonly revisit: boolean;
  readonly undo_seconds: number;
  readonly qualification_percent: number | null;
  readonly paired: boolean;
}

export interface Uids {
  readonly dicom_study_uid: string;
  readonly dicom_series_uid: string;
  readonly sop_instance_uid: string;
}

/** What a question was answered with: an option's number (quality), or words. */
export type Answer = string | number;
export type Answers = Readonly<Record<string, Answer>>;

/** What the server keeps of a case that is being read. */
export interface ServerDraft {
  readonly body: unknown;
  readonly seconds: number;
  readonly version: number;
}

/** A judgement that stands while its case is open for a revision. */
export interface PreviousJudgement {
  readonly revision: number;
  readonly call: Call | null;
  readonly confidence: number | null;
  readonly answers: Answers;
  readonly marks: readonly MarkOnImage[];
}

export interface Reading extends Uids {
  readonly position: number;
  readonly companion: Uids | null;
  readonly aided: boolean;
  readonly draft: ServerDraft | null;
  readonly previous: PreviousJudgement | null;
}

export interface Session {
  readonly code: string;
  readonly study: { readonly slug: string; readonly title: string };
  readonly phase: PhaseWire;
  readonly cases: number;
  readonly done: number;
  /** What all judgements of the session took together. */
  readonly seconds: number;
  readonly finished: boolean;
  readonly stage: 'reading' | 'end-questions' | 'finished';
  /** Whether another session waits once this one is finished. */
  readonly next_session: boolean;
  /** Until when the next session is shut, where a pause is prescribed before it. */
  readonly next_opens_at: string | null;
  readonly matrix: { readonly rows: number; readonly columns: number } | null;
  /** mm per pixel [row, column]; null unless the whole cohort has one. */
  readonly spacing: readonly [number, number] | null;
  /** The first is the case to judge now, the others may be fetched. */
  readonly readings: readonly Reading[];
  /** What was entered for the questions at the end so far; null before they are asked. */
  readonly end_draft: ServerDraft | null;
  readonly undo: { readonly position: number; readonly seconds_left: number } | null;
  readonly reopened: boolean;
  /** Positions that may be opened again. */
  readonly earlier: readonly number[];
  readonly display_checked: boolean;
}

/** `[ms since the first image, code, …numbers]`; the codes are those of the viewer, `v` hidden 0|1 and `b` pause 0|1. */
export type ViewEntry = readonly [ms: number, code: string, ...numbers: number[]];

export interface JudgementBody {
  readonly call: Call | null;
  readonly confidence: number | null;
  readonly answers: Answers;
  readonly marks: readonly MarkOnImage[];
  readonly seconds: number;
  readonly paused_seconds: number;
  readonly hidden_seconds: number;
  readonly timed_out: boolean;
  readonly view_log: readonly ViewEntry[];
  readonly shown_at: string;
  readonly submitted_at: string;
  /** Which judgement of the case this is to be, from 1. */
  readonly revision: number;
}

/** The receipt of a judgement, and where the session is now. */
export interface JudgementResult {
  readonly judgement: {
    readonly position: number;
    readonly revision: number;
    readonly call: Call | null;
    readonly confidence: number | null;
  };
  readonly session: Session;
}

export interface Aid {
  readonly detector: string;
  readonly score: number | null;
  readonly call: Call | null;
  /** [x, y, width, height] in fractions of the presented image. */
  readonly region: readonly [number, number, number, number] | null;
}

export interface Feedback {
  readonly position: number;
  readonly truth: Call;
  /** null where no call was made. */
  readonly correct: boolean | null;
  readonly telltales: readonly string[];
}

export interface Qualification {
  readonly passed: boolean;
  readonly attempts_left: number;
  readonly correct: number;
  readonly of: number;
  readonly needed_percent: number;
}

export interface Display {
  readonly width: number;
  readonly height: number;
  readonly pixel_ratio: number;
  readonly colour_depth: number;
  readonly confirmed: boolean;
}

export interface Preferences {
  /** Keys that the reader has changed, by the name of their command. */
  readonly keys: Readonly<Record<string, string>>;
  readonly language: string;
}

type Schemas = components['schemas'];

/** Without the difference between tuples and arrays, and between what may be changed and what may not. */
type Loose<T> = T extends readonly (infer Part)[]
  ? readonly Loose<Part>[]
  : T extends object
    ? { readonly [Key in keyof T]: Loose<T[Key]> }
    : T;

type Fits<Given extends Wanted, Wanted> = [Given, Wanted];

/** Fails to compile where the server answers or takes something else than this page reads or sends. */
export type Checked = [
  Fits<Loose<Schemas['Session']>, Loose<Session>>,
  Fits<Loose<Schemas['JudgementResult']>, Loose<JudgementResult>>,
  Fits<Loose<Schemas['Aid']>, Loose<Aid>>,
  Fits<Loose<Schemas['Feedback']>, Loose<Feedback>>,
  Fits<Loose<Schemas['Qualification']>, Loose<Qualification>>,
  Fits<Loose<Schemas['Preferences']>, Loose<Preferences>>,
  Fits<Loose<JudgementBody>, Loose<Schemas['JudgementRequest']>>,
  Fits<Loose<{ answers: Answers }>, Loose<Schemas['EndAnswersRequest']>>,
  Fits<Loose<Display>, Loose<Schemas['DisplayRequest']>>,
];
