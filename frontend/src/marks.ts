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
