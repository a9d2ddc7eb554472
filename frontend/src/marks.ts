/** A place in the presented image as fractions of its width and height: x to the right, y down, 0–1. */
export type Fraction = readonly [x: number, y: number];

export type MarkKind = 'point' | 'box' | 'freehand';

/** What a reader drew on the image: a point, two opposite corners of a box, or a line of two or more points. */
export interface MarkShape {
  /** Unlike those of the other marks of the same case. */
  readonly id: number;
  readonly kind: MarkKind;
  readonly points: readonly Fraction[];
}

/** Of a drawn line so many points are kept at most: more than a hand can mean, few enough to send. */
export const POINTS_MAX = 200;
/** A five-digit fraction tells a fifth of a pixel of the largest detector. */
const DIGITS = 1e5;

/** A place as it is stored: inside the image, in few digits. */
export function inside([x, y]: Fraction): Fraction {
  const clip = (value: number) => Math.round(Math.min(1, Math.max(0, value)) * DIGITS) / DIGITS;
  return [clip(x), clip(y)];
}

/** The mark that was drawn through these places, or null where it is none. A point beside the image marks nothing. */
export function markOf(id: number, kind: MarkKind, drawn: readonly Fraction[]): MarkShape | null {
  const [start, end] = drawn;
  if (!start || (kind === 'point' && !isInside(start))) return null;
  if (kind === 'point') return { id, kind, points: [inside(start)] };
  const points = (kind === 'box' ? [start, end ?? start] : thinned(drawn)).map(inside);
  return hasExtent(points, kind) ? { id, kind, points } : null;
}

export function nextId(marks: readonly MarkShape[]): number {
  return Math.max(0, ...marks.map(({ id }) => id)) + 1;
}

function isInside([x, y]: Fraction): boolean {
  return x >= 0 && x <= 1 && y >= 0 && y <= 1;
}

/** A box has an area inside the image, a line a length. */
function hasExtent(points: readonly Fraction[], kind: MarkKind): boolean {
  const extent = (axis: 0 | 1) => {
    const values = points.map((point) => point[axis]);
    return Math.max(...values) > Math.min(...values);
  };
  return kind === 'box' ? extent(0) && extent(1) : points.length > 1 && (extent(0) || extent(1));
}

/** The line with fewer points: those that lie within the tolerance of it are left out, then evenly so many. */
export function thinned(line: readonly Fraction[], tolerance = 5e-4): readonly Fraction[] {
  const kept = simplified(line, tolerance);
  if (kept.length <= POINTS_MAX) return kept;
  const last = POINTS_MAX - 1;
  return kept.filter(
    (_, index) =>
      Math.floor((index * last) / (kept.length - 1)) !== Math.floor(((index - 1) * last) / (kept.length - 1)),
  );
}

/** Ramer, Comput Graph Image Process 1972;1:244; Douglas and Peucker, Cartographica 1973;10:112. */
function simplified(line: readonly Fraction[], tolerance: number): readonly Fraction[] {
  const [start, end] = [line[0], line.at(-1)];
  if (!start || !end || line.length < 3) return line;
  const distances = line.map((point) => distance(point, start, end));
  const farthest = distances.indexOf(Math.max(...distances));
  if ((distances[farthest] ?? 0) <= tolerance) return [start, end];
  const before = simplified(line.slice(0, farthest + 1), tolerance);
  return [...before.slice(0, -1), ...simplified(line.slice(farthest), tolerance)];
}

/** From a point to the segment between two others. */
function distance([x, y]: Fraction, [ax, ay]: Fraction, [bx, by]: Fraction): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length));
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
}
