import { type Fraction, inside, type MarkKind, type MarkShape, markOf, nextId } from '../marks';
import { t } from '../texts';
import { type Drawable, Pencil } from '../tools/pencil';
import type { Spot } from './camera';
import type { Stroke } from './gestures';
import { type Measure, type Ruler, wordsOf } from './measures';
import type { Figure } from './overlay';
import type { Pane } from './pane';
import type { Tool } from './tool';

/** A part of the image: left, top, width and height in fractions of it. */
export type Region = readonly [x: number, y: number, width: number, height: number];

/** Who hears of what the reader drew. */
export interface Ears {
  marks(marks: readonly MarkShape[]): void;
  measures(count: number): void;
}

/** What lies over the pictures: marks and an aid's region on the case, measures on each, and what is being drawn. */
export class Sheet {
  private readonly pencil = new Pencil<Pane>(
    () => this.draw(),
    (pane, kind, points) => this.drawn(pane, kind, points),
  );
  private readonly measures = new Map<Pane, readonly Measure[]>();
  private shapes: readonly MarkShape[] = [];
  private region: Region | null = null;
  private spacing: Ruler['spacing'] = null;
  private cross: Spot | null = null;

  /** Marks belong to `main`, measures to every one of `panes`. */
  constructor(
    private readonly main: Pane,
    private readonly panes: () => readonly Pane[],
    private readonly ears: Ears,
  ) {}

  /** Whether a crosshair of the keyboard is on the image. */
  get crossed(): boolean {
    return this.cross !== null;
  }

  setMarks(marks: readonly MarkShape[]): void {
    this.shapes = marks;
    this.draw();
  }

  removeMark(id: number): void {
    this.setMarks(this.shapes.filter((mark) => mark.id !== id));
    this.ears.marks(this.shapes);
  }

  showRegion(region: Region | null): void {
    this.region = region;
    this.draw();
  }

  calibrate(spacing: Ruler['spacing']): void {
    this.spacing = spacing;
    this.draw();
  }

  clearMeasures(): void {
    this.measures.clear();
    this.tellMeasures();
  }

  /** The picture beside the case is gone. */
  forget(pane: Pane): void {
    this.measures.delete(pane);
    if (this.pencil.sketch?.pane === pane) this.pencil.drop();
  }

  /** Nothing of the last case stays for the next. */
  clear(): void {
    this.measures.clear();
    this.shapes = [];
    this.region = null;
    this.giveUp();
  }

  /** Give up what is half drawn; false where nothing was. */
  giveUp(): boolean {
    this.cross = null;
    return this.pencil.drop();
  }

  /** A press of the button or finger, until it is lifted. Beside the case one can only measure. */
  stroke(pane: Pane, kind: Drawable, at: Spot): Stroke | null {
    this.cross = null;
    return pane === this.main || isMeasure(kind) ? this.pencil.stroke(pane, kind, at) : null;
  }

  /** The pointer moves over a picture: what is half drawn there follows. */
  hover(pane: Pane, at: Spot): void {
    if (this.pencil.sketch?.pane === pane) this.pencil.float(at);
  }

  moveCross([right, down]: Spot): void {
    const [middleX, middleY] = this.main.middle();
    const [x, y] = this.cross ?? [middleX, middleY];
    this.cross = [between(0, x + right, 2 * middleX), between(0, y + down, 2 * middleY)];
    this.pencil.float(this.cross);
    this.draw();
  }

  setPoint(kind: Drawable): void {
    if (this.cross) this.pencil.set(this.main, kind, this.cross);
  }

  draw(): void {
    for (const pane of this.panes()) this.drawOver(pane);
  }

  drawOver(pane: Pane): void {
    if (!pane.imageId) return;
    const ofCase = pane === this.main ? [...this.ofAid(), ...this.ofMarks()] : [];
    pane.overlay.draw([...ofCase, ...this.ofMeasures(pane), ...this.unfinished(pane)]);
  }

  private drawn(pane: Pane, kind: Drawable, points: readonly Fraction[]): void {
    if (isMeasure(kind)) this.measure(pane, { kind, points: points.map(inside) });
    else this.mark(kind, points);
  }

  private measure(pane: Pane, measure: Measure): void {
    this.measures.set(pane, [...(this.measures.get(pane) ?? []), measure]);
    this.tellMeasures();
  }

  private mark(kind: MarkKind, points: readonly Fraction[]): void {
    const mark = markOf(nextId(this.shapes), kind, points);
    if (!mark) return;
    this.setMarks([...this.shapes, mark]);
    this.ears.marks(this.shapes);
  }

  private tellMeasures(): void {
    this.ears.measures([...this.measures.values()].flat().length);
    this.draw();
  }

  private ofAid(): readonly Figure[] {
    if (!this.region) return [];
    const [x, y, width, height] = this.region;
    const outline = corners([x, y], [x + width, y + height]);
    return [{ kind: 'region', spots: outline.map((point) => this.main.toScreen(point)), label: t.image.aidLabel }];
  }

  private ofMarks(): readonly Figure[] {
    return this.shapes.map(({ kind, points }, index) => figure(this.main, kind, points, String(index + 1)));
  }

  private ofMeasures(pane: Pane): readonly Figure[] {
    return (this.measures.get(pane) ?? []).map(({ kind, points }) =>
      figure(pane, kind, points, this.words(pane, kind, points)),
    );
  }

  private unfinished(pane: Pane): readonly Figure[] {
    const { sketch } = this.pencil;
    const cross: readonly Figure[] =
      this.cross && pane === this.main ? [{ kind: 'crosshair', spots: [this.cross], open: true }] : [];
    if (sketch?.pane !== pane) return cross;
    const points = sketch.next ? [...sketch.points, sketch.next] : sketch.points;
    const words = this.words(pane, sketch.kind, points);
    return [{ ...figure(pane, sketch.kind, points, words), open: true }, ...cross];
  }

  private words(pane: Pane, kind: Drawable, points: readonly Fraction[]): string {
    return isMeasure(kind) ? wordsOf({ kind, points }, { size: pane.size(), spacing: this.spacing }) : '';
  }
}

/** What a tool draws, or null where it does something else. */
export function drawableOf(tool: Tool): Drawable | null {
  if (tool === 'length' || tool === 'angle') return tool;
  return tool.startsWith('mark-') ? (tool.slice('mark-'.length) as MarkKind) : null;
}

function isMeasure(kind: Drawable): kind is 'length' | 'angle' {
  return kind === 'length' || kind === 'angle';
}

/** A figure on the screen: a box through all four corners, of which two are kept. */
function figure(pane: Pane, kind: Drawable, points: readonly Fraction[], label: string): Figure {
  const [a, b] = points;
  const outline = kind === 'box' && a && b ? corners(a, b) : points;
  return { kind, spots: outline.map((point) => pane.toScreen(point)), label };
}

function corners(a: Fraction, b: Fraction): readonly Fraction[] {
  return [a, [b[0], a[1]], b, [a[0], b[1]]];
}

function between(low: number, value: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
