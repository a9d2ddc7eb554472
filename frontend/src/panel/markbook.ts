import type { MarkShape } from '@/marks';
import type { MarkOnImage } from '@/wire';

/** What a reader says of a shape on the image. */
interface Said {
  readonly question: string;
  readonly reason: string;
}

/**
 * Joins the shapes that the viewer holds with what the reader says of them: the viewer knows nothing of questions and
 * reasons, and a judgement knows nothing of the viewer's ids.
 */
export class Markbook {
  private said = new Map<number, Said>();
  private shapes: readonly MarkShape[] = [];
  /** The question that a new shape belongs to. */
  question = '';

  /** Begin with the marks of a draft; gives the shapes that the viewer is to draw. */
  open(marks: readonly MarkOnImage[]): readonly MarkShape[] {
    this.shapes = marks.map(({ kind, points }, index) => ({ id: index + 1, kind, points }));
    this.said = new Map(marks.map(({ question, reason }, index) => [index + 1, { question, reason }]));
    return this.shapes;
  }

  /** The viewer's shapes have changed; gives the marks of the judgement, in the order in which they were drawn. */
  drawn(shapes: readonly MarkShape[]): readonly MarkOnImage[] {
    for (const { id } of shapes) if (!this.said.has(id)) this.said.set(id, { question: this.question, reason: '' });
    // The viewer gives a removed mark's id to the next one, which must not inherit what was said of it.
    const held = new Set(shapes.map(({ id }) => id));
    for (const id of this.said.keys()) if (!held.has(id)) this.said.delete(id);
    this.shapes = shapes;
    return this.marks();
  }

  /** Give the mark at `index` a reason; gives the marks of the judgement. */
  reasoned(index: number, reason: string): readonly MarkOnImage[] {
    const id = this.idAt(index);
    const said = id === null ? undefined : this.said.get(id);
    if (id !== null && said) this.said.set(id, { ...said, reason });
    return this.marks();
  }

  /** The viewer's id of the mark at `index` of the judgement. */
  idAt(index: number): number | null {
    return this.shapes[index]?.id ?? null;
  }

  /** Whether these are the marks that the book holds. */
  holds(marks: readonly MarkOnImage[]): boolean {
    return JSON.stringify(marks) === JSON.stringify(this.marks());
  }

  private marks(): readonly MarkOnImage[] {
    return this.shapes.map(({ id, kind, points }) => {
      const { question, reason } = this.said.get(id) ?? { question: this.question, reason: '' };
      return { question, kind, points, reason };
    });
  }
}
