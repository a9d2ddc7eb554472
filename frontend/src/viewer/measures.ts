import type { Fraction } from '../marks';
import { t } from '../texts';

/** What was measured on an image: a length between two points, or the angle at the middle one of three. */
export interface Measure {
  readonly kind: 'length' | 'angle';
  readonly points: readonly Fraction[];
}

/** Columns and rows of an image, and how far its pixels are apart: in mm, or null where that is not known. */
export interface Ruler {
  readonly size: readonly [columns: number, rows: number];
  readonly spacing: readonly [row: number, column: number] | null;
}

/** What a measure says, in words; empty while points are missing. Without spacing a length is in pixels, never mm. */
export function wordsOf({ kind, points }: Measure, ruler: Ruler): string {
  const [a, b, c] = points.map((point) => placed(point, ruler));
  if (!a || !b) return '';
  if (kind === 'angle') return c ? t.measures.degrees(angle(a, b, c).toFixed(1)) : '';
  const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
  return ruler.spacing ? t.measures.mm(length.toFixed(1)) : t.measures.px(length.toFixed(0));
}

/** A place in mm, or in pixels. Spacing names the distance between rows first (DICOM PS3.3 10.7.1.3). */
function placed([x, y]: Fraction, { size, spacing }: Ruler): readonly [number, number] {
  const [betweenRows, betweenColumns] = spacing ?? [1, 1];
  return [x * size[0] * betweenColumns, y * size[1] * betweenRows];
}

/** Degrees between the legs from `b` to `a` and to `c`, 0–180. */
function angle(a: readonly [number, number], b: readonly [number, number], c: readonly [number, number]): number {
  const [ux, uy, vx, vy] = [a[0] - b[0], a[1] - b[1], c[0] - b[0], c[1] - b[1]];
  return (Math.abs(Math.atan2(ux * vy - uy * vx, ux * vx + uy * vy)) * 180) / Math.PI;
}
