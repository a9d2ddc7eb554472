import type { Sight } from './pane';
import type { ViewChange } from './tool';

/** Tells the log what changed between one frame and the next. */
export class Changes {
  private seen: Sight | null = null;

  constructor(private readonly tell: (change: ViewChange) => void) {}

  /** A new image, or one put back as it was: what is seen now is where changes start from. */
  startAt(sight: Sight): void {
    this.seen = sight;
  }

  forget(): void {
    this.seen = null;
  }

  follow(sight: Sight): void {
    const before = this.seen;
    if (!before) return;
    this.seen = sight;
    for (const change of between(before, sight)) this.tell(change);
  }
}

/** What differs, in the numbers of the log: hundredths of zoom, thousandths of the image. */
export function between(before: Sight, after: Sight): readonly ViewChange[] {
  const [was, is] = [numbers(before), numbers(after)];
  return is.filter((change, index) => String(change) !== String(was[index]));
}

function numbers({ width, level, zoom, centre, inverted, orientation }: Sight): readonly ViewChange[] {
  const { rotation, flipHorizontal, flipVertical } = orientation;
  return [
    ['w', width, level],
    ['z', rounded(zoom, 100)],
    ['p', rounded(centre[0], 1000), rounded(centre[1], 1000)],
    ['i', Number(inverted)],
    ['o', rotation, Number(flipHorizontal), Number(flipVertical)],
  ];
}

function rounded(value: number, steps: number): number {
  return Math.round(value * steps) / steps + 0; // no -0
}
