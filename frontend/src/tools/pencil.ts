import type { Fraction, MarkKind } from '../marks';
import type { Spot } from '../viewer/camera';
import type { Stroke } from '../viewer/gestures';

export type Drawable = MarkKind | 'length' | 'angle';

/** So many points make the figure; a freehand line has as many as the hand gives it. */
const POINTS: Record<Drawable, number> = {
  point: 1,
  box: 2,
  length: 2,
  angle: 3,
  freehand: Number.POSITIVE_INFINITY,
};
/** A pointer that moved less than this many pixels was clicked, not dragged. */
const STILL = 3;

/** What can be drawn on: it knows where in the image a place on the screen is. */
export interface Surface {
  toImage(spot: Spot): Fraction;
}

/** A figure that is being drawn: its points, and the next one that still follows the pointer. */
export interface Sketch<P extends Surface> {
  readonly pane: P;
  readonly kind: Drawable;
  readonly points: readonly Fraction[];
  readonly next: Fraction | null;
}

/** Draws figures point by point: by dragging, by clicking once for each point, or with the keyboard's crosshair. */
export class Pencil<P extends Surface> {
  private current: Sketch<P> | null = null;

  constructor(
    private readonly changed: () => void,
    private readonly done: (pane: P, kind: Drawable, points: readonly Fraction[]) => void,
  ) {}

  get sketch(): Sketch<P> | null {
    return this.current;
  }

  /** A press of the button or finger, until it is lifted. */
  stroke(pane: P, kind: Drawable, start: Spot): Stroke {
    const before = this.continues(pane, kind) ? this.current : null;
    if (!before) this.become({ pane, kind, points: kind === 'point' ? [] : [pane.toImage(start)], next: null });
    return {
      move: (at) => (kind === 'freehand' ? this.add(pane.toImage(at)) : this.float(at)),
      end: (at) => {
        if (kind === 'freehand') this.finish();
        else if (before || kind === 'point' || moved(start, at)) this.add(pane.toImage(at));
      },
      undo: () => this.become(before),
    };
  }

  /** The next point follows. */
  float(at: Spot): void {
    if (this.current) this.become({ ...this.current, next: this.current.pane.toImage(at) });
  }

  /** A point by the keyboard; twice at the same place ends a line. */
  set(pane: P, kind: Drawable, at: Spot): void {
    const point = pane.toImage(at);
    const again = kind === 'freehand' && isSame(point, this.current?.points.at(-1));
    if (!this.continues(pane, kind)) this.become({ pane, kind, points: [], next: null });
    if (again) this.finish();
    else this.add(point);
  }

  /** Give up what is half drawn; false where nothing was. */
  drop(): boolean {
    const drew = this.current !== null;
    this.become(null);
    return drew;
  }

  private continues(pane: P, kind: Drawable): boolean {
    return this.current?.pane === pane && this.current.kind === kind;
  }

  private add(point: Fraction): void {
    if (!this.current) return;
    this.become({ ...this.current, points: [...this.current.points, point], next: null });
    if (this.current.points.length >= POINTS[this.current.kind]) this.finish();
  }

  private finish(): void {
    const { current } = this;
    this.become(null);
    if (current) this.done(current.pane, current.kind, current.points);
  }

  private become(sketch: Sketch<P> | null): void {
    this.current = sketch;
    this.changed();
  }
}

function moved(from: Spot, to: Spot): boolean {
  return Math.hypot(to[0] - from[0], to[1] - from[1]) > STILL;
}

function isSame(a: Fraction, b: Fraction | undefined): boolean {
  return b !== undefined && Math.hypot(a[0] - b[0], a[1] - b[1]) < 1e-9;
}
