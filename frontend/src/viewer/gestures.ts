import type { Spot } from './camera';

/** What a drag does, from where it began. */
export interface Stroke {
  move(at: Spot): void;
  /** The button or finger was lifted. */
  end(at: Spot): unknown;
  /** It became something else, such as a pinch: as if it had not been. */
  undo(): unknown;
}

/** Which of the mouse's buttons, as PointerEvent numbers them; a finger or a pen is the left one. */
export type Button = 'left' | 'middle' | 'right';
const BUTTONS: readonly Button[] = ['left', 'middle', 'right'];

/** What browsers report for one notch of a wheel; a pinch on a touchpad comes as a wheel with Ctrl, in small steps. */
const PER_NOTCH = { pixels: 100, lines: 3, pinch: 10 };

export interface Hands {
  begin(button: Button, at: Spot, touch: boolean): Stroke | null;
  /** Two fingers: zoom by a factor about `at`, then move by pixels. */
  pinch(factor: number, at: Spot, by: Spot): unknown;
  /** Notches of the wheel, up is negative. */
  wheel(notches: number, at: Spot): unknown;
  /** The mouse over the picture with no button pressed; null where it left. */
  hover(at: Spot | null): void;
}

/** Turn the pointers over an element into strokes and pinches. */
export function handle(element: HTMLElement, hands: Hands): void {
  new Gestures(element, hands);
}

class Gestures {
  private readonly down = new Map<number, Spot>();
  private stroke: Stroke | null = null;

  constructor(
    private readonly element: HTMLElement,
    private readonly hands: Hands,
  ) {
    const on = <K extends keyof HTMLElementEventMap>(name: K, act: (event: HTMLElementEventMap[K]) => void) =>
      element.addEventListener(name, act);
    on('pointerdown', (event) => this.press(event));
    on('pointermove', (event) => this.move(event));
    on('pointerup', (event) => this.lift(event, true));
    on('pointercancel', (event) => this.lift(event, false));
    on('pointerleave', () => hands.hover(null));
    on('contextmenu', (event) => event.preventDefault());
    // The middle button would scroll, and a drag select.
    on('mousedown', (event) => event.button === 1 && event.preventDefault());
    on('dragstart', (event) => event.preventDefault());
    // A quick stroke would be taken for a fling, and the next tap on a button for its end.
    element.addEventListener('touchmove', (event) => event.preventDefault(), { passive: false });
    element.addEventListener('wheel', (event) => this.roll(event), { passive: false });
  }

  private press(event: PointerEvent): void {
    const touch = event.pointerType === 'touch';
    const button = BUTTONS[event.button];
    if (!button || (!touch && this.down.size > 0)) return;
    const at = this.spot(event);
    this.down.set(event.pointerId, at);
    this.element.setPointerCapture(event.pointerId);
    if (this.down.size === 1) this.stroke = this.hands.begin(button, at, touch);
    else this.interrupt();
  }

  private move(event: PointerEvent): void {
    const at = this.spot(event);
    const before = this.down.get(event.pointerId);
    if (!before) {
      if (event.pointerType !== 'touch') this.hands.hover(at);
      return;
    }
    const fingers = [...this.down.values()];
    this.down.set(event.pointerId, at);
    if (this.down.size === 1) this.stroke?.move(at);
    else if (this.down.size === 2) this.pinch(fingers, [...this.down.values()]);
  }

  private pinch(before: readonly Spot[], after: readonly Spot[]): void {
    const [a, b, c, d] = [...before, ...after];
    if (!a || !b || !c || !d) return;
    const [from, to] = [middle(a, b), middle(c, d)];
    const factor = apart(c, d) / Math.max(1, apart(a, b));
    this.hands.pinch(factor, from, [to[0] - from[0], to[1] - from[1]]);
  }

  private lift(event: PointerEvent, meant: boolean): void {
    if (!this.down.delete(event.pointerId)) return;
    const { stroke } = this;
    this.stroke = null;
    if (meant) stroke?.end(this.spot(event));
    else stroke?.undo();
  }

  private interrupt(): void {
    this.stroke?.undo();
    this.stroke = null;
  }

  private roll(event: WheelEvent): void {
    event.preventDefault();
    this.hands.wheel(
      event.deltaY / PER_NOTCH[event.ctrlKey ? 'pinch' : event.deltaMode === 0 ? 'pixels' : 'lines'],
      this.spot(event),
    );
  }

  private spot(event: MouseEvent): Spot {
    const { left, top } = this.element.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }
}

function middle(a: Spot, b: Spot): Spot {
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}

function apart(a: Spot, b: Spot): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}
