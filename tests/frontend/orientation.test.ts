import { flip, type Orientation, turn, UPRIGHT } from '@/orientation';

type Point = readonly [number, number];
type Move = 'h' | 'v' | 'r' | 'l';

const MOVES: Record<Move, (orientation: Orientation) => Orientation> = {
  h: (orientation) => flip(orientation, 'horizontal'),
  v: (orientation) => flip(orientation, 'vertical'),
  r: (orientation) => turn(orientation, 90),
  l: (orientation) => turn(orientation, -90),
};

/** The same moves on the screen itself, with y downwards: what the reader asks for. */
const SEEN: Record<Move, (point: Point) => Point> = {
  h: ([x, y]) => [-x, y],
  v: ([x, y]) => [x, -y],
  r: ([x, y]) => [-y, x],
  l: ([x, y]) => [y, -x],
};

/** Where a point of the image comes to lie: flips along the image's axes, then turns clockwise. */
function place({ rotation, flipHorizontal, flipVertical }: Orientation, [x, y]: Point): Point {
  let point: Point = [flipHorizontal ? -x : x, flipVertical ? -y : y];
  for (let turned = 0; turned < rotation; turned += 90) point = SEEN.r(point);
  return point;
}

function sequences(length: number): Move[][] {
  if (length === 0) return [[]];
  const moves = Object.keys(MOVES) as Move[];
  return sequences(length - 1).flatMap((sequence) => moves.map((move) => [...sequence, move]));
}

test.each([1, 2, 3, 4, 5])('any %d moves look as they do on the screen', (length) => {
  const corner: Point = [1, 2];
  for (const sequence of sequences(length)) {
    const orientation = sequence.reduce((current, move) => MOVES[move](current), UPRIGHT);
    const seen = sequence.reduce((point, move) => SEEN[move](point), corner);
    expect(place(orientation, corner), sequence.join('')).toEqual(seen);
  }
});

test('four turns either way are none', () => {
  expect(turn(turn(turn(turn(UPRIGHT, 90), 90), 90), 90)).toEqual(UPRIGHT);
  expect(turn(UPRIGHT, -360)).toEqual(UPRIGHT);
});
