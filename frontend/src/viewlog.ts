import type { ViewEntry } from './wire';

/** What changes with every movement of the hand: of these one entry per interval is enough. */
const FLOWING = new Set(['w', 'z', 'p']);
const INTERVAL_MS = 250;
const MOST_ENTRIES = 2_000;
/** The server takes 64 kB of JSON as it writes it, with a blank after each comma. */
const MOST_CHARACTERS = 48_000;

/**
 * What a reader did with the view of one case.
 *
 * Of a drag, the last value of every quarter of a second is kept. Where a case is looked at for very long, the flowing
 * entries are thinned, the interval doubles, and what had been discrete stays.
 */
export class ViewLog {
  private kept: ViewEntry[];
  private interval = INTERVAL_MS;
  private closed = false;
  private characters: number;

  constructor(earlier: readonly ViewEntry[] = []) {
    this.kept = [...earlier];
    this.characters = lengthOf(this.kept);
  }

  entries(): readonly ViewEntry[] {
    return [...this.kept];
  }

  add(ms: number, code: string, ...numbers: number[]): void {
    if (this.closed) return;
    const entry: ViewEntry = [Math.round(ms), code, ...numbers.map(short)];
    const at = FLOWING.has(code) ? this.latest(code, entry[0]) : -1;
    // The later value takes the place of the earlier one, and keeps its time, so that the order stands.
    if (at >= 0) this.replace(at, entry);
    else this.append(entry);
    if (this.isFull()) this.thin();
  }

  private latest(code: string, now: number): number {
    for (let at = this.kept.length - 1; at >= 0; at -= 1) {
      const [ms, other] = this.kept[at] as ViewEntry;
      if (now - ms >= this.interval) return -1;
      if (other === code) return at;
      // A reset between two drags parts them.
      if (!FLOWING.has(other)) return -1;
    }
    return -1;
  }

  private replace(at: number, [, code, ...numbers]: ViewEntry): void {
    const earlier = this.kept[at] as ViewEntry;
    const entry: ViewEntry = [earlier[0], code, ...numbers];
    this.characters += lengthOf([entry]) - lengthOf([earlier]);
    this.kept[at] = entry;
  }

  private append(entry: ViewEntry): void {
    this.characters += lengthOf([entry]);
    this.kept.push(entry);
  }

  private isFull(): boolean {
    return this.kept.length > MOST_ENTRIES || this.characters > MOST_CHARACTERS;
  }

  private thin(): void {
    this.interval *= 2;
    const spaced = new Map<string, number>();
    const thinned = this.kept.filter(([ms, code], at) => {
      if (!FLOWING.has(code) || at === this.kept.length - 1) return true;
      const last = spaced.get(code);
      if (last !== undefined && ms - last < this.interval) return false;
      spaced.set(code, ms);
      return true;
    });
    this.kept = thinned;
    this.characters = lengthOf(thinned);
    if (!this.isFull()) return;
    if (this.interval < MOST_INTERVAL_MS) this.thin();
    else this.close();
  }

  /** Thousands of discrete events are no drag: the earliest are kept, and the log is full. */
  private close(): void {
    this.closed = true;
    while (this.isFull()) this.characters -= lengthOf([this.kept.pop() as ViewEntry]);
  }
}

/** A doubling further would leave one entry in a quarter of an hour. */
const MOST_INTERVAL_MS = 1_000_000;

function short(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** Characters in JSON, with the comma after each. */
function lengthOf(entries: readonly ViewEntry[]): number {
  return entries.reduce((sum, entry) => sum + JSON.stringify(entry).length + 1, 0);
}
