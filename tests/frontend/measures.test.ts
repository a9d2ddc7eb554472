import type { Fraction } from '@/marks';
import { wordsOf } from '@/viewer/measures';

const SIZE = [1000, 500] as const;
const words = (kind: 'length' | 'angle', points: Fraction[], spacing: readonly [number, number] | null = null) =>
  wordsOf({ kind, points }, { size: SIZE, spacing });

describe('a length', () => {
  const slanted: Fraction[] = [
    [0.1, 0.2],
    [0.4, 1],
  ]; // 300 columns and 400 rows: a 3-4-5 triangle

  test('is in pixels, and never in mm, where the spacing is not known', () => {
    expect(words('length', slanted)).toBe('500 px');
  });

  test('is in mm where it is', () => {
    expect(words('length', slanted, [0.2, 0.2])).toBe('100.0 mm');
  });

  test('takes the distance of rows for what runs down, that of columns for what runs across', () => {
    expect(words('length', [[0, 0], [0, 1]], [0.3, 0.1])).toBe('150.0 mm');
    expect(words('length', [[0, 0], [1, 0]], [0.3, 0.1])).toBe('100.0 mm');
  });

  test('says nothing before it has two ends', () => {
    expect(words('length', [[0, 0]])).toBe('');
  });
});

describe('an angle', () => {
  const square: Fraction[] = [
    [0, 0],
    [0.1, 0],
    [0.1, 0.2],
  ];

  test('is that between the two legs, on an image that is wider than high', () => {
    expect(words('angle', square)).toBe('90.0°');
    expect(words('angle', [[0.1, 0], [0, 0], [0.1, 0.2]])).toBe('45.0°');
    expect(words('angle', [[0, 0], [0.5, 0], [1, 0]])).toBe('180.0°');
  });

  test('is the same from either end', () => {
    const legs: Fraction[] = [
      [0.3, 0.1],
      [0.5, 0.5],
      [0.9, 0.4],
    ];
    expect(words('angle', legs)).toBe(words('angle', [...legs].reverse()));
  });

  test('is measured in mm where pixels are not square', () => {
    expect(words('angle', [[0.1, 0], [0, 0], [0.1, 0.2]], [0.1, 0.2])).toBe('26.6°'); // arctan ½
  });

  test('says nothing before it has both legs', () => {
    expect(words('angle', square.slice(0, 2))).toBe('');
  });
});
