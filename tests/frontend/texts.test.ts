import { textsOf } from '@/texts';
import { de } from '@/texts/de';
import { clock, en } from '@/texts/en';

type Words = string | readonly unknown[] | ((...given: never[]) => string) | { readonly [key: string]: unknown };

/** Every leaf of a dictionary with its path; functions are called with numbers, or words where they ask for words. */
function leaves(words: Words, path = ''): [string, string][] {
  if (typeof words === 'string') return [[path, words]];
  if (typeof words === 'function') return [1, 7].map((given) => [`${path}(${given})`, say(words, given)]);
  return Object.entries(words).flatMap(([key, below]) => leaves(below as Words, path ? `${path}.${key}` : key));
}

function say(words: (...given: never[]) => string, given: number): string {
  const call = words as unknown as (...given: unknown[]) => string;
  try {
    return call(given, given + 11, given + 22);
  } catch {
    return call(`${given}`, `${given + 11}`, `${given + 22}`);
  }
}

const english = new Map(leaves(en));
const german = new Map(leaves(de));

/** What German has taken over as it is. */
const ALIKE = new Set(['Pause', 'Zoom 1×', 'Zoom 7×', 'Enter', 'Esc']);

test('both languages have the same keys', () => {
  expect([...german.keys()].sort()).toEqual([...english.keys()].sort());
});

test('no text is empty, and none has lost a number that was put into it', () => {
  for (const [path, words] of [...english, ...german]) expect(words.trim(), path).not.toBe('');
  for (const [path, words] of english) {
    const numbers = (text: string) => [...(text.match(/\d+/g) ?? [])].sort();
    if (path.endsWith('(7)')) expect(numbers(german.get(path) ?? ''), path).toEqual(numbers(words));
  }
});

test('nothing is left in English in the German dictionary', () => {
  const left = [...english].filter(([path, words]) => german.get(path) === words && /[a-z]{3}/i.test(words));
  expect(left.filter(([, words]) => !ALIKE.has(words))).toEqual([]);
});

test.each([
  ['de', de],
  ['de-CH', de],
  ['DE', de],
  ['en', en],
  ['en-US', en],
  ['fr', en],
  ['', en],
])('a page in %s gets its dictionary, and English where there is none', (language, dictionary) => {
  expect(textsOf(language)).toBe(dictionary);
});

test.each([
  [0, '0:00'],
  [59.4, '0:59'],
  [59.6, '1:00'],
  [754, '12:34'],
  [-3, '0:00'],
])('%d seconds are %s on the clock', (seconds, shown) => {
  expect(clock(seconds, '')).toBe(shown);
});

test('one and many are said differently', () => {
  expect(en.header.remaining(1)).toBe('1 left');
  expect(en.header.remaining(0)).toBe('the last one');
  expect(en.told.cases(1)).toBe('1 case');
  expect(de.told.cases(1)).toBe('1 Fall');
  expect(de.told.cases(2)).toBe('2 Fälle');
  expect(en.pause.breakText(1)).toContain('for a minute.');
  expect(de.pause.breakText(1)).toContain('seit einer Minute.');
  expect(de.pause.breakText(2)).toContain('seit 2 Minuten.');
  expect(de.finished.keptStill(1)).toContain('Ein Eintrag ist');
});
