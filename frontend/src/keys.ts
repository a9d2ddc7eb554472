import { type Bindings, bindingsWith, type Command, type Entry, TABLE } from './commands';

export {
  type Bindings,
  bindingsWith,
  type Command,
  type CommandName,
  type Conflict,
  commandsWith,
  conflicts,
  type KeyGroup,
  type Listed,
  type Overrides,
} from './commands';
export type { ViewCommand } from './viewer/tool';

/** The part of a KeyboardEvent that decides what a key means. */
export interface Press {
  readonly key: string;
  readonly code: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  readonly repeat: boolean;
  readonly target: unknown;
}

const DEFAULTS = bindingsWith();
const MODIFIERS = ['Shift', 'Control', 'Alt', 'AltGraph', 'Meta', 'CapsLock', 'Dead', 'Process', 'Unidentified'];

/** How a press is written down, or null when it is not one by itself or belongs to the system. */
export function keyOf(press: Press): string | null {
  if (press.altKey || MODIFIERS.includes(press.key)) return null;
  const key = plainKey(press);
  const ctrl = press.ctrlKey || press.metaKey ? 'Ctrl+' : '';
  // Shift is part of a sign such as ? or +, not held besides it.
  const shift = press.shiftKey && (key.length > 1 || /[a-z]/.test(key)) ? 'Shift+' : '';
  return ctrl + shift + key;
}

/** Letters in small, and by the place of the key where the keyboard writes in another script. */
function plainKey({ key, code }: Press): string {
  if (key === ' ') return 'Space';
  const small = key.length === 1 ? key.toLowerCase() : key;
  const latin = /^Key([A-Z])$/.exec(code)?.[1];
  return latin && small > '\u024f' ? latin.toLowerCase() : small;
}

/** Pixels of the screen by which an arrow key moves the crosshair, and with Shift. */
const STEP = 5;
const STRIDE = 25;
const ARROWS: Record<string, readonly [number, number]> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/**
 * What a key press means on the reading page, or null when it is not ours to take. While the viewer's tool draws
 * (`crosshair` is not `no`) the arrow keys move a crosshair over the image, and Enter sets a point once it is there.
 */
export function commandFor(
  press: Press,
  bindings: Bindings = DEFAULTS,
  crosshair: 'no' | 'ready' | 'shown' = 'no',
): Command | null {
  const key = keyOf(press);
  if (key === null) return null;
  const place = placeOf(press.target);
  if (place === 'text' && key !== 'Ctrl+Enter' && key !== 'Escape') return null;
  if (belongsToControl(place, press.key)) return null;
  const drawn = place === 'page' && crosshair !== 'no' ? drawing(press, crosshair === 'shown') : null;
  return drawn ?? digit(press) ?? bound(press, key, bindings);
}

function drawing({ key, shiftKey, repeat }: Press, shown: boolean): Command | null {
  const arrow = ARROWS[key];
  const pixels = shiftKey ? STRIDE : STEP;
  if (arrow) return { do: 'crosshair', by: [arrow[0] * pixels, arrow[1] * pixels] };
  return shown && key === 'Enter' && !repeat ? { do: 'point' } : null;
}

function bound(press: Press, key: string, bindings: Bindings): Command | null {
  // Capital letters mean the same as small ones where nothing else is bound to them.
  const name = bindings.get(key) ?? bindings.get(key.replace(/^Shift\+/, ''));
  if (!name) return null;
  const { command, repeats }: Entry = TABLE[name];
  if (press.repeat && !repeats) return null;
  return command.do === 'nudge' && press.shiftKey ? { do: 'nudge', step: command.step * 5 } : command;
}

/**
 * The digit of a press, by the place of the key: on French and Czech keyboards the digit row types other characters
 * unless Shift is held. With Shift, what is typed decides, so that Shift+1 can be + on a Swiss keyboard.
 */
function digit({ key, code, shiftKey, ctrlKey, metaKey }: Press): Command | null {
  if (ctrlKey || metaKey) return null;
  if (/^[0-9]$/.test(key)) return { do: 'digit', digit: Number(key) };
  const place = /^Digit([0-9])$/.exec(code);
  return place && !shiftKey ? { do: 'digit', digit: Number(place[1]) } : null;
}

type Place = 'page' | 'text' | 'slider' | 'choice' | 'control' | 'chosen';

const NOT_TEXT = ['button', 'checkbox', 'submit', 'reset'];

function placeOf(target: unknown): Place {
  const element = target as Partial<HTMLInputElement> | null;
  const tag = element?.tagName?.toLowerCase();
  if (element?.isContentEditable || tag === 'textarea' || tag === 'select') return 'text';
  if (tag === 'input') {
    if (element?.type === 'range') return 'slider';
    if (element?.type === 'radio') return 'choice';
    return NOT_TEXT.includes(element?.type ?? 'text') ? 'control' : 'text';
  }
  if (tag === 'button' && element?.ariaPressed === 'true' && element.dataset?.call !== undefined) return 'chosen';
  return tag === 'button' || tag === 'a' || tag === 'summary' ? 'control' : 'page';
}

/** Keys by which a focused control is worked stay with it. On a call already chosen, Enter submits. */
function belongsToControl(place: Place, key: string): boolean {
  if (place === 'slider') return /^(Arrow|Page|Home|End)/.test(key);
  if (place === 'choice') return key === ' ' || key.startsWith('Arrow');
  if (place === 'chosen') return key === ' ';
  return place === 'control' && (key === ' ' || key === 'Enter');
}
