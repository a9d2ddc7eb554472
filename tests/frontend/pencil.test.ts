import { type Fraction, thinned } from '@/marks';
import { type Drawable, Pencil, type Surface } from '@/tools/pencil';
import type { Spot } from '@/viewer/camera';

/** A picture of 100 × 100 pixels of the screen. */
const picture: Surface = { toImage: ([x, y]) => [x / 100, y / 100] };
const other: Surface = { toImage: ([x, y]) => [x / 50, y / 50] };

function pencil() {
  const figures: [Drawable, readonly Fraction[]][] = [];
  const drawing = new Pencil<Surface>(
    () => undefined,
    (_, kind, points) => figures.push([kind, points]),
  );
  const drag = (kind: Drawable, ...[start, ...path]: Spot[]) => {
    if (!start) return;
    const stroke = drawing.stroke(picture, kind, start);
    for (const spot of path) stroke.move(spot);
    stroke.end(path.at(-1) ?? start);
  };
  return { figures, drawing, drag };
}

describe('with the mouse', () => {
  test('a point is where the button was lifted', () => {
    const { figures, drag } = pencil();
    drag('point', [10, 10], [20, 30]);
    expect(figures).toEqual([['point', [[0.2, 0.3]]]]);
  });

  test.each(['box', 'length'] as const)('a %s is dragged, or clicked at both ends', (kind) => {
    const { figures, drag } = pencil();
    drag(kind, [10, 10], [50, 60]);
    drag(kind, [10, 10]);
    drag(kind, [50, 60]);
    expect(figures).toEqual(Array(2).fill([kind, [[0.1, 0.1], [0.5, 0.6]]]));
  });

  test('an angle takes a third point after its first leg', () => {
    const { figures, drawing, drag } = pencil();
    drag('angle', [10, 10], [50, 10]);
    expect(figures).toEqual([]);
    drawing.float([50, 70]);
    expect(drawing.sketch?.next).toEqual([0.5, 0.7]);
    drag('angle', [50, 80]);
    expect(figures).toEqual([['angle', [[0.1, 0.1], [0.5, 0.1], [0.5, 0.8]]]]);
  });

  test('a freehand line is every place that the hand was at', () => {
    const { figures, drag } = pencil();
    drag('freehand', [0, 0], [10, 5], [20, 0]);
    expect(figures).toEqual([['freehand', [[0, 0], [0.1, 0.05], [0.2, 0]]]]);
    expect(thinned(figures[0]?.[1] ?? [])).toHaveLength(3);
  });
});

test('what turns out to be a pinch leaves things as they were', () => {
  const { figures, drawing, drag } = pencil();
  drag('angle', [10, 10], [50, 10]);
  const before = drawing.sketch;
  const stroke = drawing.stroke(picture, 'angle', [90, 90]);
  stroke.move([95, 95]);
  stroke.undo();
  expect(drawing.sketch).toEqual(before);
  drawing.stroke(picture, 'point', [5, 5]).undo();
  expect(figures).toEqual([]);
});

test('what is begun with another tool or on another picture gives up what was half drawn', () => {
  const { figures, drawing, drag } = pencil();
  drag('box', [10, 10]);
  drag('length', [20, 20], [40, 40]);
  expect(figures).toEqual([['length', [[0.2, 0.2], [0.4, 0.4]]]]);
  drag('box', [10, 10]);
  drawing.stroke(other, 'box', [10, 10]).end([10, 10]);
  expect(drawing.sketch?.points).toEqual([[0.2, 0.2]]);
});

describe('with the keyboard', () => {
  const set = (drawing: Pencil<Surface>, kind: Drawable, ...spots: Spot[]) => {
    for (const spot of spots) drawing.set(picture, kind, spot);
  };

  test.each<[Drawable, Spot[]]>([
    ['point', [[10, 20]]],
    ['box', [[10, 20], [30, 40]]],
    ['length', [[10, 20], [30, 40]]],
    ['angle', [[10, 20], [30, 40], [50, 20]]],
  ])('a %s is done with its last point', (kind, spots) => {
    const { figures, drawing } = pencil();
    set(drawing, kind, ...spots);
    expect(figures).toEqual([[kind, spots.map(([x, y]) => [x / 100, y / 100])]]);
    expect(drawing.sketch).toBeNull();
  });

  test('a freehand line has as many points as one likes, and ends where one sets twice', () => {
    const { figures, drawing } = pencil();
    set(drawing, 'freehand', [10, 20], [30, 40], [50, 20], [50, 20]);
    expect(figures).toEqual([['freehand', [[0.1, 0.2], [0.3, 0.4], [0.5, 0.2]]]]);
  });

  test('giving up tells whether there was something to give up', () => {
    const { figures, drawing } = pencil();
    set(drawing, 'box', [10, 20]);
    expect(drawing.drop()).toBe(true);
    expect(drawing.drop()).toBe(false);
    expect(figures).toEqual([]);
  });
});
