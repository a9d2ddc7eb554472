import type { Draft, Missing } from './state';
import type { Answer, Answers, Call, JudgementBody, MarkOnImage, Question } from './wire';

export const EMPTY: Draft = { call: null, confidence: null, answers: {}, marks: [] };

/** Whether nothing was entered. */
export function isEmpty({ call, confidence, answers, marks }: Draft): boolean {
  return call === null && confidence === null && marks.length === 0 && Object.keys(answers).length === 0;
}

/** The questions that are asked now: those without a condition, and those whose condition holds. */
export function askedNow(questions: readonly Question[], draft: Draft): Question[] {
  const asked: Question[] = [];
  for (const question of questions) {
    const { condition } = question;
    // What depends on a question that is not asked is not asked either.
    const source = condition && asked.find(({ name }) => name === condition.question);
    if (!condition || (source && holds(condition.is, given(source, draft)))) asked.push(question);
  }
  return asked;
}

function holds(values: readonly (string | number)[], given: Answer | null): boolean {
  return given !== null && values.some((value) => String(value) === String(given));
}

function given(question: Question, draft: Draft): Answer | null {
  if (question.kind !== 'call') return draft.answers[question.name] ?? null;
  // Leaving out a call that may be left out says that one cannot tell.
  return draft.call ?? (question.required || question.forced ? null : 'cannot-tell');
}

/** What still has to be answered before this may be sent. */
export function unanswered(questions: readonly Question[], draft: Draft): Missing[] {
  return askedNow(questions, draft).flatMap((question) => missingOf(question, draft));
}

function missingOf(question: Question, draft: Draft): Missing[] {
  const { name, kind, required } = question;
  if (kind === 'call' && isCall(draft.call)) {
    return draft.confidence === null ? [{ what: 'confidence', question: name }] : [];
  }
  const unfit = kind === 'marks' && marksOf(question, draft).some((mark) => !isReasoned(question, mark));
  return unfit || (required && !isAnswered(question, draft)) ? [{ what: 'question', question: name }] : [];
}

function isCall(call: Draft['call']): call is Call {
  return call === 'authentic' || call === 'synthetic';
}

function isReasoned({ options }: Question, { reason }: MarkOnImage): boolean {
  return options.length === 0 || options.includes(reason);
}

function isAnswered(question: Question, draft: Draft): boolean {
  if (question.kind === 'call') return draft.call !== null;
  if (question.kind === 'marks') return marksOf(question, draft).length > 0;
  return fits(question, draft.answers[question.name]);
}

/** Whether the server would take this as an answer. */
function fits({ kind, options }: Question, answer: Answer | undefined): answer is Answer {
  if (kind === 'quality') return Number.isInteger(answer) && Number(answer) >= 1 && Number(answer) <= options.length;
  if (typeof answer !== 'string' || answer.trim() === '') return false;
  return options.length === 0 || options.includes(answer);
}

function marksOf(question: Question, draft: Draft): MarkOnImage[] {
  return draft.marks.filter((mark) => mark.question === question.name);
}

type Entered = Pick<JudgementBody, 'call' | 'confidence' | 'answers' | 'marks'>;

/**
 * What is sent of what was entered: fitting answers to the questions that are asked, and no others.
 *
 * Call and confidence go together: “cannot tell”, or a call without a confidence when time has run out, is no rating.
 */
export function entered(questions: readonly Question[], draft: Draft): Entered {
  const rating = ratingOf(questions, draft);
  const call = callQuestion(questions);
  const said = { ...draft, call: rating.call ?? (call && !call.forced ? ('cannot-tell' as const) : null) };
  const asked = askedNow(questions, said);
  return { ...rating, answers: answersTo(asked, draft.answers), marks: asked.flatMap((one) => fitMarks(one, draft)) };
}

function ratingOf(questions: readonly Question[], draft: Draft): Pick<Entered, 'call' | 'confidence'> {
  const { call, confidence } = draft;
  const asked = askedNow(questions, draft).some(({ kind }) => kind === 'call');
  return asked && isCall(call) && confidence !== null ? { call, confidence } : { call: null, confidence: null };
}

function fitMarks(question: Question, draft: Draft): MarkOnImage[] {
  return question.kind === 'marks' ? marksOf(question, draft).filter((mark) => isReasoned(question, mark)) : [];
}

function answersTo(asked: readonly Question[], answers: Answers): Answers {
  const found = asked.flatMap((question): [string, Answer][] => {
    const answer = answers[question.name];
    const inWords = question.kind !== 'call' && question.kind !== 'marks';
    return inWords && fits(question, answer) ? [[question.name, answer]] : [];
  });
  return Object.fromEntries(found);
}

/** What was sent, as what is being entered: for a case that is open again. */
export function draftOf(body: Entered, questions: readonly Question[]): Draft {
  const { call, confidence, answers, marks } = body;
  const couldNotTell = call === null && questions.some(({ kind, forced }) => kind === 'call' && !forced);
  return { call: couldNotTell ? 'cannot-tell' : call, confidence, answers, marks };
}

/** The call question of a phase, where it has one. */
export function callQuestion(questions: readonly Question[]): Question | null {
  return questions.find(({ kind }) => kind === 'call') ?? null;
}

/** The confidence (1–100) of point `point` on a scale of `points`: 100·i/k, halves to the even number as in Python. */
export function confidenceOf(point: number, points: number): number {
  const exact = (100 * point) / points;
  const below = Math.floor(exact);
  if (exact - below !== 0.5) return Math.round(exact);
  return below % 2 === 0 ? below : below + 1;
}

/** The point (1–k) that has this confidence, or null. */
export function pointOf(confidence: number | null, points: number): number | null {
  for (let point = 1; point <= points; point += 1) if (confidenceOf(point, points) === confidence) return point;
  return null;
}

/** A number on the scale of this question: on a scale of points the nearest point's confidence. */
export function onScale(value: number, points: number): number {
  const within = Math.min(100, Math.max(1, Math.round(value)));
  if (points === 0) return within;
  return confidenceOf(Math.min(points, Math.max(1, Math.round((within * points) / 100))), points);
}
