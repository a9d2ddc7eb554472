/** Width and centre of a grey-scale window, as DICOM has them. */
export interface GreyWindow {
  readonly windowWidth: number;
  readonly windowCenter: number;
}

/** Beyond these parts of all pixels lie markers, dead pixels and direct exposure. */
const DARKEST = 0.005;
const BRIGHTEST = 0.995;

/**
 * The window that shows nearly all grey values of a picture that comes without one: images served as acquired do, as
 * a window of their own would be a mark.
 */
export function windowOf(pixels: ArrayLike<number>): GreyWindow {
  const counts = new Uint32Array(2 ** 16);
  for (let index = 0; index < pixels.length; index++) {
    const level = pixels[index] ?? 0;
    counts[level] = (counts[level] ?? 0) + 1;
  }
  const lower = levelBelow(counts, DARKEST * pixels.length);
  const upper = levelBelow(counts, BRIGHTEST * pixels.length);
  return between(lower, upper);
}

/** The lowest grey value at or below which more than so many pixels lie. */
function levelBelow(counts: Uint32Array, pixels: number): number {
  let seen = 0;
  for (let level = 0; level < counts.length; level++) {
    seen += counts[level] ?? 0;
    if (seen > pixels) return level;
  }
  return counts.length - 1;
}

/** The window from the darkest to the brightest pixel. */
export function rangeOf(pixels: ArrayLike<number>): GreyWindow {
  let lower = Number.POSITIVE_INFINITY;
  let upper = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < pixels.length; index++) {
    const level = pixels[index] ?? 0;
    if (level < lower) lower = level;
    if (level > upper) upper = level;
  }
  return upper < lower ? between(0, 255) : between(lower, upper);
}

/** A linear window reaches from c - 0.5 - (w - 1) / 2 to c - 0.5 + (w - 1) / 2 (PS3.3 C.11.2.1.2.1). */
function between(lower: number, upper: number): GreyWindow {
  return { windowWidth: Math.max(upper - lower + 1, 2), windowCenter: (lower + upper + 1) / 2 };
}
