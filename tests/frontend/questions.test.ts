import { askedNow, confidenceOf, draftOf, EMPTY, entered, onScale, pointOf, unanswered } from '@/questions';
import type { Draft } from '@/state';
import type { MarkOnImage } from '@/wire';
import { CALL, question } from './study';

const QUALITY = question({ name: 'quality', kind: 'quality', required: true, options: ['poor', 'fair', 'good'] });
const WHY = question({ name: 'why', condition: { question: 'call', is: ['synthetic'] }, required: true });
const WHERE = question({
  name: 'where',
  kind: 'marks',
  tools: ['point'],
  options: ['grain', 'symmetry'],
  required: true,
  condition: { question: 'why', is: ['texture'] },
});
const UNFORCED = { ...CALL, forced: false };

const draft = (change: Partial<Draft>): Draft => ({ ...EMPTY, ...change });
const names = (asked: readonly { name: string }[]) => asked.map(({ name }) => name);
const mark = (reason: string): MarkOnImage => ({ question: 'where', kind: 'point', points: [[0.1, 0.2]], reason });

describe('a question with a condition', () => {
  test('is asked once the condition holds, and no longer when it does not', () => {
    expect(names(askedNow([CALL, WHY], EMPTY))).toEqual(['call']);
    expect(names(askedNow([CALL, WHY], draft({ call: 'synthetic' })))).toEqual(['call', 'why']);
    expect(names(askedNow([CALL, WHY], draft({ call: 'authentic' })))).toEqual(['call']);
  });

  test('on a question that is not asked is not asked either, whatever is left of an earlier answer', () => {
    const left = draft({ call: 'authentic', answers: { why: 'texture' } });
    expect(names(askedNow([CALL, WHY, WHERE], left))).toEqual(['call']);
    expect(entered([CALL, WHY, WHERE], { ...left, confidence: 50 }).answers).toEqual({});
  });

  test('on the number of an option holds for that number', () => {
    const poor = question({ name: 'what', condition: { question: 'quality', is: [1] } });
    expect(names(askedNow([QUALITY, poor], draft({ answers: { quality: 1 } })))).toEqual(['quality', 'what']);
    expect(names(askedNow([QUALITY, poor], draft({ answers: { quality: 2 } })))).toEqual(['quality']);
  });

  test('on “cannot tell” holds for that', () => {
    const doubt = question({ name: 'doubt', condition: { question: 'call', is: ['cannot-tell'] } });
    expect(names(askedNow([UNFORCED, doubt], EMPTY))).toEqual(['call']);
    expect(names(askedNow([UNFORCED, doubt], draft({ call: 'cannot-tell' })))).toEqual(['call', 'doubt']);
  });
});

describe('what is missing', () => {
  test('is every required question that is asked', () => {
    expect(unanswered([CALL, QUALITY], EMPTY)).toEqual([
      { what: 'question', question: 'call' },
      { what: 'question', question: 'quality' },
    ]);
    const full = draft({ call: 'authentic', confidence: 20, answers: { quality: 2 } });
    expect(unanswered([CALL, QUALITY, WHY], full)).toEqual([]);
  });

  test('is the confidence of a call, also where the call may be left out', () => {
    const optional = { ...CALL, required: false };
    expect(unanswered([optional], EMPTY)).toEqual([]);
    expect(unanswered([optional], draft({ call: 'synthetic' }))).toEqual([{ what: 'confidence', question: 'call' }]);
  });

  test('is nothing for a reader who cannot tell, where that may be said', () => {
    expect(unanswered([UNFORCED], draft({ call: 'cannot-tell' }))).toEqual([]);
  });

  test('is a reason for each mark, where there is a list', () => {
    const said = draft({ call: 'synthetic', confidence: 9, answers: { why: 'texture' } });
    expect(unanswered([CALL, WHY, WHERE], said)).toEqual([{ what: 'question', question: 'where' }]);
    expect(unanswered([CALL, WHY, WHERE], { ...said, marks: [mark('')] })).toHaveLength(1);
    expect(unanswered([CALL, WHY, WHERE], { ...said, marks: [mark('grain')] })).toEqual([]);
  });

  test.each(['', '   ', '\n'])('is words, where the answer is only blank (%j)', (blank) => {
    const open = question({ name: 'notes', required: true });
    expect(unanswered([open], draft({ answers: { notes: blank } }))).toHaveLength(1);
  });

  test('is a choice from the list, where the answer is none of it', () => {
    const list = question({ name: 'diagnosis', kind: 'diagnosis', required: true, options: ['normal', 'fracture'] });
    expect(unanswered([list], draft({ answers: { diagnosis: 'fract' } }))).toHaveLength(1);
    expect(unanswered([list], draft({ answers: { diagnosis: 'fracture' } }))).toEqual([]);
  });

  test.each([0, 4, 1.5, '2'])('is a step of the scale, where the answer is none of it (%j)', (answer) => {
    expect(unanswered([QUALITY], draft({ answers: { quality: answer } }))).toHaveLength(1);
  });
});

describe('what is sent', () => {
  test('is what was asked and answered', () => {
    const said = draft({
      call: 'synthetic',
      confidence: 60,
      answers: { why: 'texture', quality: 3, other: 'from an older protocol' },
      marks: [mark('grain')],
    });
    expect(entered([CALL, QUALITY, WHY, WHERE], said)).toEqual({
      call: 'synthetic',
      confidence: 60,
      answers: { quality: 3, why: 'texture' },
      marks: [mark('grain')],
    });
  });

  test('is no rating where the reader could not tell', () => {
    expect(entered([UNFORCED], draft({ call: 'cannot-tell' }))).toMatchObject({ call: null, confidence: null });
  });

  test('is nothing half done when time has run out: no call without confidence, nothing that hung on it', () => {
    const half = draft({ call: 'synthetic', answers: { why: 'texture' }, marks: [mark('')] });
    expect(entered([CALL, WHY, WHERE], half)).toEqual({ call: null, confidence: null, answers: {}, marks: [] });
  });

  test('is no call where none is asked for', () => {
    const said = draft({ call: 'synthetic', confidence: 60, answers: { quality: 1 } });
    expect(entered([QUALITY], said)).toMatchObject({ call: null, confidence: null, answers: { quality: 1 } });
  });

  test('comes back as it was entered when the case is opened again', () => {
    const said = draft({ call: 'authentic', confidence: 25, answers: { quality: 2 } });
    expect(draftOf(entered([CALL, QUALITY], said), [CALL, QUALITY])).toEqual(said);
    const unsure = draft({ call: 'cannot-tell' });
    expect(draftOf(entered([UNFORCED], unsure), [UNFORCED])).toEqual(unsure);
  });
});

describe('a scale of points', () => {
  // Python's round(), which the server uses: halves to the even number.
  test.each([
    [5, [20, 40, 60, 80, 100]],
    [6, [17, 33, 50, 67, 83, 100]],
    [8, [12, 25, 38, 50, 62, 75, 88, 100]],
  ])('of %d has the confidences of 100·i/k', (points, confidences) => {
    expect(confidences.map((_, at) => confidenceOf(at + 1, points))).toEqual(confidences);
  });

  test.each([2, 3, 4, 5, 6, 7, 8, 10, 16, 40, 100])('of %d gives every point back', (points) => {
    for (let point = 1; point <= points; point += 1) expect(pointOf(confidenceOf(point, points), points)).toBe(point);
  });

  test('takes any number to the nearest point', () => {
    expect([1, 29, 31, 50, 100].map((value) => onScale(value, 5))).toEqual([20, 20, 40, 60, 100]);
    expect(pointOf(37, 5)).toBeNull();
  });
});
