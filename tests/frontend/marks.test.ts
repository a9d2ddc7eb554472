import { type Fraction, markOf, nextId, POINTS_MAX, thinned } from '@/marks';

const circle = (points: number): Fraction[] =>
  Array.from({ length: points }, (_, index) => {
    const angle = (2 * Math.PI * index) / (points - 1);
    return [0.5 + 0.3 * Math.cos(angle), 0.5 + 0.3 * Math.sin(angle)];
  });

/** Farthest that a point of the line is from the nearest point of the other. */
function strays(line: readonly Fraction[], from: readonly Fraction[]): number {
  const nearest = ([x, y]: Fraction) => Math.min(...from.map(([a, b]) => Math.hypot(x - a, y - b)));
  return Math.max(...line.map(nearest));
}

describe('a point', () => {
  test('is kept as it is, in five digits', () => {
    expect(markOf(3, 'point', [[0.1234567, 0.9]])).toEqual({ id: 3, kind: 'point', points: [[0.12346, 0.9]] });
  });

  test.each<Fraction>([
    [-0.01, 0.5],
    [0.5, 1.01],
  ])('beside the image is none: %s', (...at) => {
    expect(markOf(1, 'point', [at])).toBeNull();
  });
});

describe('a box', () => {
  test('has the two corners that were drawn, in their order', () => {
    const corners: Fraction[] = [
      [0.6, 0.7],
      [0.2, 0.3],
    ];
    expect(markOf(1, 'box', corners)?.points).toEqual(corners);
  });

  test('that reaches beyond the image ends at its edge', () => {
    const drawn: Fraction[] = [
      [-0.4, 0.5],
      [0.5, 1.7],
    ];
    expect(markOf(1, 'box', drawn)?.points).toEqual([
      [0, 0.5],
      [0.5, 1],
    ]);
  });

  test.each<[string, Fraction[]]>([
    ['without a second corner', [[0.2, 0.3]]],
    ['without height', [[0.2, 0.3], [0.6, 0.3]]],
    ['wholly beside the image', [[1.2, 0.3], [1.6, 0.5]]],
  ])('%s is none', (_, corners) => {
    expect(markOf(1, 'box', corners)).toBeNull();
  });
});

describe('a freehand line', () => {
  test('begins and ends where the hand did', () => {
    const drawn = circle(500).slice(0, 333);
    const points = markOf(1, 'freehand', drawn)?.points ?? [];
    expect(strays(points.slice(0, 1), drawn.slice(0, 1))).toBeLessThan(1e-5);
    expect(strays(points.slice(-1), drawn.slice(-1))).toBeLessThan(1e-5);
  });

  test('loses no more than a twentieth of a percent of the image by being thinned', () => {
    const drawn = circle(2000);
    const kept = thinned(drawn);
    expect(kept.length).toBeLessThan(80);
    const along = kept.flatMap((point, index): Fraction[] => {
      const [x, y] = kept[index + 1] ?? point;
      return Array.from({ length: 50 }, (_, part) => [
        point[0] + ((x - point[0]) * part) / 50,
        point[1] + ((y - point[1]) * part) / 50,
      ]);
    });
    expect(strays(drawn, along)).toBeLessThan(1e-3);
  });

  test('however wild has few enough points to be sent', () => {
    let seed = 1;
    const random = () => {
      seed = (seed * 16807) % 2147483647; // Park and Miller, Commun ACM 1988;31:1192
      return seed / 2147483647;
    };
    const wild = Array.from({ length: 5000 }, (): Fraction => [random(), random()]);
    expect(thinned(wild).length).toBeLessThanOrEqual(POINTS_MAX);
    expect(thinned(wild).length).toBeGreaterThan(10);
  });

  test.each<[string, Fraction[]]>([
    ['of one point', [[0.5, 0.5]]],
    ['that never left its place', [[0.5, 0.5], [0.5, 0.5], [0.5, 0.5]]],
    ['of nothing', []],
  ])('%s is none', (_, drawn) => {
    expect(markOf(1, 'freehand', drawn)).toBeNull();
  });
});

test('a new mark has a number that no other has, also after one in the middle was removed', () => {
  const marks = [1, 5, 3].map((id) => ({ id, kind: 'point' as const, points: [] }));
  expect(nextId(marks)).toBe(6);
  expect(nextId([])).toBe(1);
});
