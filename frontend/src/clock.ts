/** Where the time of one case went, in milliseconds. */
export interface Spent {
  readonly active: number;
  readonly paused: number;
  readonly hidden: number;
}

export const NOTHING_SPENT: Spent = { active: 0, paused: 0, hidden: 0 };

/**
 * A silence this long means that the computer slept or the browser froze the page: a page in use is heard from every
 * second, and browsers let even a hidden one speak once a minute.
 */
const SILENCE_MS = 120_000;

/**
 * The time of one case on a clock that never runs backwards, from its first rendered image on.
 *
 * Wall clocks are set, and jump in spring and autumn; they have no part in this. After a reload the clock goes on from
 * what had been spent before.
 */
export class ReadingClock {
  private spent: { active: number; paused: number; hidden: number };
  /** Up to when the time is accounted for; null before the first image. */
  private until: number | null = null;
  private pausedNow = false;
  private hiddenNow = false;

  constructor(
    private readonly monotonic: () => number,
    earlier: Spent = NOTHING_SPENT,
  ) {
    this.spent = { ...earlier };
  }

  get running(): boolean {
    return this.until !== null;
  }

  /** The first image is on the screen; a second time changes nothing. */
  start(): void {
    this.until ??= this.monotonic();
  }

  pause(paused: boolean): void {
    this.account();
    this.pausedNow = paused;
  }

  hide(hidden: boolean): void {
    this.account();
    this.hiddenNow = hidden;
  }

  /** Go on from other times: another window has read on in the same case. */
  goOnFrom(spent: Spent): void {
    this.account();
    this.spent = { ...spent };
  }

  /** A sign of life, and the time so far. */
  read(): Spent {
    this.account();
    return { ...this.spent };
  }

  /** All time since the first image, however it was spent. */
  elapsed(): number {
    const { active, paused, hidden } = this.read();
    return active + paused + hidden;
  }

  private account(): void {
    if (this.until === null) return;
    const now = this.monotonic();
    const gap = Math.max(0, now - this.until);
    this.spent[this.kindOf(gap)] += gap;
    this.until = now;
  }

  private kindOf(gap: number): keyof Spent {
    if (this.pausedNow) return 'paused';
    return this.hiddenNow || gap > SILENCE_MS ? 'hidden' : 'active';
  }
}

/** Seconds, to the millisecond. */
export function seconds(ms: number): number {
  return Math.round(ms) / 1000;
}

/** The server takes up to a week for one case. A page that was left open for longer says a week. */
const WEEK_MS = 7 * 86_400_000;

export function ofCase(ms: number): number {
  return seconds(Math.min(ms, WEEK_MS));
}
