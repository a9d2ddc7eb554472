import type { MarkShape } from '@/marks';
import { inFigures } from '@/panel/aid';
import { keyWords } from '@/panel/keywords';
import { Markbook } from '@/panel/markbook';
import { unofferedIn } from '@/panel/offered';
import { matching } from '@/panel/search';
import { ariaKeys } from '@/panel/shortcuts';
import { draftWords, noticeWords, problemWords } from '@/problems';
import { missingWords, saveWords } from '@/render';
import type { Draft, Missing } from '@/state';
import type { MarkOnImage, PhaseWire, Question } from '@/wire';

const EMPTY: Draft = { call: null, confidence: null, answers: {}, marks: [] };
const ASKED: Omit<Question, 'name' | 'kind' | 'text'> = {
  help: '',
  required: true,
  points: 0,
  forced: true,
  options: [],
  tools: [],
  condition: null,
};
const QUESTIONS: Question[] = [
  { ...ASKED, name: 'call', kind: 'call', text: 'Authentic or synthetic?' },
  { ...ASKED, name: 'quality', kind: 'quality', text: 'How good is the image?' },
  { ...ASKED, name: 'note', kind: 'open', text: 'Anything unusual?' },
  { ...ASKED, name: 'telltales', kind: 'marks', text: 'Mark what gave it away' },
];

describe('searching a list of diagnoses', () => {
  const list = ['No finding', 'Pneumonia', 'Pneumothorax', 'Pleural effusion', 'Fracture, rib', 'Oedème'];

  test('with nothing typed all are there, in their order', () => {
    expect(matching(list, '  ')).toEqual(list);
  });

  test('those that begin with what was typed come first', () => {
    expect(matching(['A pneu', ...list], 'pneu')).toEqual(['Pneumonia', 'Pneumothorax', 'A pneu']);
  });

  test('every word counts, in any order, capitals and accents do not', () => {
    expect(matching(list, 'RIB frac')).toEqual(['Fracture, rib']);
    expect(matching(list, 'oedeme')).toEqual(['Oedème']);
  });

  test('what fits nothing gives nothing', () => {
    expect(matching(list, 'xyz')).toEqual([]);
  });
});

describe('the book of marks', () => {
  const mark = (question: string, reason: string, x = 0.5): MarkOnImage => ({
    question,
    kind: 'point',
    points: [[x, 0.5]],
    reason,
  });
  const shape = (id: number, x = 0.5): MarkShape => ({ id, kind: 'point', points: [[x, 0.5]] });

  test('marks of a draft come back as they were', () => {
    const book = new Markbook();
    const marks = [mark('telltales', 'grain'), mark('findings', 'nodule', 0.2)];
    expect(book.drawn(book.open(marks))).toEqual(marks);
    expect(book.holds(marks)).toBe(true);
    expect(book.holds([...marks].reverse())).toBe(false);
  });

  test('a new shape belongs to the question whose tool drew it, and has no reason yet', () => {
    const book = new Markbook();
    book.open([]);
    book.question = 'telltales';
    expect(book.drawn([shape(4)])).toEqual([mark('telltales', '')]);
    book.question = 'findings';
    expect(book.drawn([shape(4), shape(5)])).toEqual([mark('telltales', ''), mark('findings', '')]);
  });

  test('a reason stays with its mark when an earlier one is removed', () => {
    const book = new Markbook();
    book.open([]);
    book.question = 'telltales';
    book.drawn([shape(1, 0.1), shape(2, 0.2)]);
    expect(book.reasoned(1, 'grain')).toEqual([mark('telltales', '', 0.1), mark('telltales', 'grain', 0.2)]);
    expect(book.drawn([shape(2, 0.2)])).toEqual([mark('telltales', 'grain', 0.2)]);
    expect(book.idAt(0)).toBe(2);
    expect(book.idAt(1)).toBeNull();
  });

  test('a new mark does not inherit the reason of a removed one, though it has its number', () => {
    const book = new Markbook();
    book.question = 'telltales';
    book.drawn([shape(1)]);
    book.reasoned(0, 'grain');
    book.drawn([]);
    expect(book.drawn([shape(1)])).toEqual([mark('telltales', '')]);
  });

  test('nothing of the last case is known in the next', () => {
    const book = new Markbook();
    book.open([mark('telltales', 'grain')]);
    book.open([]);
    book.question = 'telltales';
    expect(book.drawn([shape(1)])).toEqual([mark('telltales', '')]);
  });
});

describe('what is missing is said in words', () => {
  const missing = (what: Missing['what'], question = ''): Missing => ({ what, question });

  test('nothing where nothing is', () => {
    expect(missingWords([], QUESTIONS)).toBe('');
  });

  test('the call and the confidence by name, other questions by their words', () => {
    expect(missingWords([missing('question', 'call')], QUESTIONS)).toBe('Still needed: your call.');
    expect(missingWords([missing('confidence', 'call')], QUESTIONS)).toBe('Still needed: your confidence.');
    expect(missingWords([missing('question', 'quality')], QUESTIONS)).toBe('Still needed: “How good is the image?”.');
    expect(missingWords([missing('question', 'telltales')], QUESTIONS)).toContain('each mark needs a reason');
  });

  test('what the reader can do comes before what the page still does', () => {
    expect(missingWords([missing('image'), missing('question', 'call')], QUESTIONS)).toBe('Still needed: your call.');
    expect(missingWords([missing('image')], QUESTIONS)).toBe('The X-ray is loading.');
    expect(missingWords([missing('aid')], QUESTIONS)).toBe('The aid is being fetched.');
  });

  test('a choice between two windows comes before all else', () => {
    expect(missingWords([missing('question', 'call'), missing('conflict')], QUESTIONS)).toContain('which window');
  });

  test('of many questions two are named', () => {
    const all = QUESTIONS.slice(0, 3).map(({ name }) => missing('question', name));
    expect(missingWords(all, QUESTIONS)).toBe('Still needed: your call, “How good is the image?” …');
  });
});

describe('where the work is', () => {
  const save = { kind: 'saved', pending: 0, draft: 'saved', durable: true } as const;

  test.each([
    [save, 'Saved'],
    [{ ...save, kind: 'saving', pending: 1 } as const, 'Saving …'],
    [{ ...save, draft: 'saving' } as const, 'Saving …'],
    [{ ...save, kind: 'kept', pending: 3 } as const, 'Kept on this computer – 3'],
    [{ ...save, kind: 'kept', pending: 3, draft: 'kept' } as const, 'Kept on this computer – 4'],
    [{ ...save, draft: 'kept' } as const, 'Kept on this computer – 1'],
  ])('%o is said as %s', (state, words) => {
    expect(saveWords(state)).toBe(words);
  });
});

describe('problems and notices', () => {
  test('the words of the server win where it refused, and there are always words', () => {
    expect(problemWords({ kind: 'refused', detail: 'The study is closed.' })).toBe('The study is closed.');
    expect(problemWords({ kind: 'refused', detail: '' })).not.toBe('');
    for (const kind of ['unreachable', 'closed', 'image', 'no-case'] as const) {
      expect(problemWords({ kind, detail: '' })).not.toBe('');
    }
  });

  test('a judgement from elsewhere names the case, what was not taken, and where one is now', () => {
    const kept = { ...EMPTY, call: 'synthetic', confidence: 80 } as const;
    const words = noticeWords({ kind: 'judged-elsewhere', position: 4, kept }, 5);
    expect(words).toContain('Case 4 was already judged');
    expect(words).toContain('Synthetic, Confidence 80');
    expect(words).toContain('case 5');
  });

  test('every notice has words', () => {
    expect(noticeWords({ kind: 'sent-back', position: 2, detail: 'Too long.' }, 2)).toContain('Too long.');
    expect(noticeWords({ kind: 'break', minutes: 30 }, 2)).toContain('30 minutes');
    expect(noticeWords({ kind: 'timed-out', position: 7, empty: false }, 8)).toContain('7');
    expect(noticeWords({ kind: 'not-reopened', detail: '' }, 8)).not.toBe('');
    expect(noticeWords({ kind: 'ended-elsewhere' }, null)).not.toBe('');
  });

  test('what was entered fits into one line', () => {
    const marks = [{ question: 'telltales', kind: 'point', points: [[0, 0]], reason: '' } as const];
    expect(draftWords({ call: 'cannot-tell', confidence: null, answers: { note: 'odd' }, marks })).toBe(
      'Cannot tell, odd, 1 mark',
    );
    expect(draftWords(EMPTY)).toBe('nothing yet');
  });
});

test.each([
  ['a', 'A'],
  ['Shift+f', 'Shift + F'],
  ['Ctrl+z', 'Ctrl + Z'],
  ['ArrowUp', '↑'],
  ['Space', 'Space'],
  ['+', '+'],
  ['Shift++', 'Shift + +'],
  ['-', '−'],
])('the key %s is called %s', (key, words) => {
  expect(keyWords(key)).toBe(words);
});

test.each([
  [0.8731, '0.873'],
  [12, '12'],
  [-1.5, '-1.5'],
])('a score of %d is shown as %s', (score, shown) => {
  expect(inFigures(score)).toBe(shown);
});

describe('what the help may name', () => {
  const phase = { questions: QUESTIONS.slice(1, 3), undo_seconds: 0, revisit: false } as unknown as PhaseWire;
  const [call] = QUESTIONS as [Question];

  test('no call, no undo and no marks where a phase has none, and nothing of all that before it is known', () => {
    for (const hidden of [unofferedIn(phase), unofferedIn(null)]) {
      for (const name of ['authentic', 'synthetic', 'cannot-tell', 'undo', 'earlier', 'mark-box'] as const) {
        expect(hidden.has(name), name).toBe(true);
      }
      expect(hidden.has('invert')).toBe(false);
    }
  });

  test('the call where it is asked, “cannot tell” only where that is allowed', () => {
    const forced = unofferedIn({ ...phase, questions: [call] });
    expect([forced.has('synthetic'), forced.has('cannot-tell')]).toEqual([false, true]);
    expect(unofferedIn({ ...phase, questions: [{ ...call, forced: false }] }).has('cannot-tell')).toBe(false);
  });

  test('undo, earlier cases and the tools for marks where the phase has them', () => {
    const marks = { ...call, kind: 'marks', tools: ['box'] } as const;
    const hidden = unofferedIn({ ...phase, undo_seconds: 60, revisit: true, questions: [marks] });
    expect([hidden.has('undo'), hidden.has('later'), hidden.has('mark-box')]).toEqual([false, false, false]);
    expect(hidden.has('mark-point')).toBe(true);
  });
});

test.each([
  ['a', 'A'],
  [';', ';'],
  ['Shift+f', 'Shift+F'],
  ['Ctrl+z', 'Control+Z'],
  ['Delete', 'Delete'],
])('the key %s is told to screen readers as %s', (written, said) => {
  expect(ariaKeys(written)).toBe(said);
});
