import { t } from './texts';
import type { ViewCommand } from './viewer/tool';

export type { ViewCommand } from './viewer/tool';

export type Command =
  | { readonly do: 'call'; readonly call: 'authentic' | 'synthetic' | 'cannot-tell' }
  /** 0 … 9; what it rates is for the page to say. */
  | { readonly do: 'digit'; readonly digit: number }
  | { readonly do: 'nudge'; readonly step: number }
  | { readonly do: 'view'; readonly view: ViewCommand }
  /** Move the crosshair by pixels of the screen, right and down. */
  | { readonly do: 'crosshair'; readonly by: readonly [right: number, down: number] }
  | { readonly do: Deed };

/** `point` sets one where the crosshair is; `cancel` gives up what is half drawn, and brings the focus to the image. */
type Deed =
  | 'submit'
  | 'undo'
  | 'earlier'
  | 'later'
  | 'pause'
  | 'told'
  | 'panel'
  | 'full-screen'
  | 'help'
  | 'point'
  | 'cancel';

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

export type KeyGroup = 'judgement' | 'image' | 'tools' | 'page';

interface Entry {
  readonly group: KeyGroup;
  readonly keys: readonly string[];
  readonly command: Command;
  readonly repeats?: true;
  /** These keys cannot be changed. */
  readonly fixed?: true;
}

const view = (group: KeyGroup, key: string, command: ViewCommand): Entry => ({
  group,
  keys: [key],
  command: { do: 'view', view: command },
});
const deed = (group: KeyGroup, keys: readonly string[], what: Deed): Entry => ({ group, keys, command: { do: what } });
const call = (key: string, what: 'authentic' | 'synthetic' | 'cannot-tell'): Entry => ({
  group: 'judgement',
  keys: [key],
  command: { do: 'call', call: what },
});

/** Every command of the reading page, in the order of the help, with the keys it has by default. */
const TABLE = {
  authentic: call('a', 'authentic'),
  synthetic: call('s', 'synthetic'),
  'cannot-tell': call('c', 'cannot-tell'),
  'confidence-up': nudge(1, ['ArrowRight', 'ArrowUp']),
  'confidence-down': nudge(-1, ['ArrowLeft', 'ArrowDown']),
  submit: { ...deed('judgement', ['Enter', 'Ctrl+Enter'], 'submit'), fixed: true },
  undo: deed('judgement', ['Ctrl+z', 'Backspace'], 'undo'),
  earlier: deed('judgement', ['PageUp'], 'earlier'),
  later: deed('judgement', ['PageDown'], 'later'),
  panel: deed('judgement', ['q'], 'panel'),
  invert: view('image', 'i', 'invert'),
  reset: view('image', 'Space', 'reset'),
  'window-default': view('image', 'd', 'window-default'),
  'window-full': view('image', 'f', 'window-full'),
  'window-auto': view('image', 'u', 'window-auto'),
  'window-wider': { ...view('image', 'y', 'window-wider'), repeats: true },
  'window-narrower': { ...view('image', 'n', 'window-narrower'), repeats: true },
  brighter: { ...view('image', 'k', 'brighter'), repeats: true },
  darker: { ...view('image', 'j', 'darker'), repeats: true },
  'zoom-in': { ...view('image', 'z', 'zoom-in'), keys: ['z', '+', '='], repeats: true },
  'zoom-out': { ...view('image', '-', 'zoom-out'), keys: ['-', '_'], repeats: true },
  'flip-horizontal': view('image', 'h', 'flip-horizontal'),
  'flip-vertical': view('image', 'v', 'flip-vertical'),
  'rotate-right': view('image', 'r', 'rotate-right'),
  'rotate-left': view('image', 'l', 'rotate-left'),
  window: view('tools', 'w', 'window'),
  pan: view('tools', 'p', 'pan'),
  zoom: view('tools', 'x', 'zoom'),
  magnify: view('tools', 'm', 'magnify'),
  length: view('tools', 'e', 'length'),
  angle: view('tools', 'g', 'angle'),
  'clear-measures': view('tools', 'Delete', 'clear-measures'),
  'mark-point': view('tools', 't', 'mark-point'),
  'mark-box': view('tools', 'b', 'mark-box'),
  'mark-freehand': view('tools', 'o', 'mark-freehand'),
  cancel: { ...deed('tools', ['Escape'], 'cancel'), fixed: true },
  pause: deed('page', ['Shift+p'], 'pause'),
  told: deed('page', ['Shift+i'], 'told'),
  'full-screen': deed('page', ['Shift+f'], 'full-screen'),
  help: { ...deed('page', ['?'], 'help'), fixed: true },
} as const satisfies Record<string, Entry>;

export type CommandName = keyof typeof TABLE;
/** The key that a reader chose for a command, instead of those it has by default. */
export type Overrides = { readonly [name in CommandName]?: string };
/** Which command each key gives. */
export type Bindings = ReadonlyMap<string, CommandName>;

const ENTRIES = Object.entries(TABLE) as readonly (readonly [CommandName, Entry])[];

/** A command as the dialog for changing keys lists it. */
export interface Listed {
  readonly name: CommandName;
  readonly group: KeyGroup;
  /** As `Press` is written down: `a`, `Shift+f`, `Ctrl+z`, `Space`, `ArrowUp`. */
  readonly keys: readonly string[];
  readonly fixed: boolean;
}

/** Every command with the keys that it has now. */
export function commandsWith(overrides: Overrides = {}): readonly Listed[] {
  return ENTRIES.map(([name, { group, keys, fixed = false }]) => {
    const chosen = overrides[name];
    return { name, group, keys: chosen && !fixed && isFree(chosen) ? [chosen] : keys, fixed };
  });
}

/** The keys as a reader has them. A key that was chosen wins over another command's default. */
export function bindingsWith(overrides: Overrides = {}): Bindings {
  const listed = commandsWith(overrides);
  const chosen = listed.filter(({ name }) => name in overrides);
  const bindings = new Map<string, CommandName>();
  for (const { name, keys } of [...listed, ...chosen]) for (const key of keys) bindings.set(key, name);
  return bindings;
}

const DEFAULTS = bindingsWith();

export type Conflict =
  | { readonly kind: 'reserved'; readonly key: string; readonly name: CommandName }
  | { readonly kind: 'taken'; readonly key: string; readonly name: CommandName; readonly by: CommandName };

/** What is wrong with a choice of keys: those that cannot be chosen, and those that two commands would have. */
export function conflicts(overrides: Overrides): readonly Conflict[] {
  const listed = commandsWith(overrides);
  return (Object.entries(overrides) as [CommandName, string][]).flatMap(([name, key]): readonly Conflict[] => {
    if (!isFree(key) || TABLE[name] === undefined || 'fixed' in TABLE[name]) return [{ kind: 'reserved', key, name }];
    const others = listed.filter((other) => other.name !== name && other.keys.includes(key));
    return others.map((other) => ({ kind: 'taken', key, name, by: other.name }));
  });
}

/** Digits rate, arrows step or move the crosshair, Tab moves the focus, F-keys and most with Ctrl are the browser's. */
function isFree(key: string): boolean {
  const plain = key.replace(/^(Ctrl\+)?(Shift\+)?/, '');
  if (/^([0-9?]|Enter|Tab|Escape|Arrow.*|F\d+)$/.test(plain)) return false;
  return plain !== '' && (!key.startsWith('Ctrl+') || plain === 'z');
}

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
  if (tag === 'button' && element?.ariaPressed === 'true') return 'chosen';
  return tag === 'button' || tag === 'a' || tag === 'summary' ? 'control' : 'page';
}

/** Keys by which a focused control is worked stay with it. On a call already chosen, Enter submits. */
function belongsToControl(place: Place, key: string): boolean {
  if (place === 'slider') return /^(Arrow|Page|Home|End)/.test(key);
  if (place === 'choice') return key === ' ' || key.startsWith('Arrow');
  if (place === 'chosen') return key === ' ';
  return place === 'control' && (key === ' ' || key === 'Enter');
}

function nudge(step: number, keys: readonly string[]): Entry {
  return { group: 'judgement', keys, command: { do: 'nudge', step }, repeats: true, fixed: true };
}

/** A key as people call it: `Shift+p` as Shift P. */
export function shownKey(key: string): string {
  const names: Record<string, string> = t.keyNames;
  const parts = key === '+' ? ['+'] : key.replace(/\+\+$/, '+plus').split('+');
  return parts.map((part) => names[part] ?? (part === 'plus' ? '+' : part.toUpperCase())).join(' ');
}

/** What help shows: groups of rows, each of keys and what they do. */
export type Help = readonly { readonly group: string; readonly rows: readonly (readonly [string, string])[] }[];

/** The help for the keys as a reader has them. */
export function helpWith(overrides: Overrides = {}): Help {
  const listed = commandsWith(overrides);
  const rows = (group: KeyGroup) =>
    listed
      .filter((command) => command.group === group)
      .map(({ name, keys }) => [keys.map(shownKey).join(` ${t.keyNames.or} `), t.commands[name]] as const);
  const { help } = t;
  return [
    { group: help.judgement, rows: [...rows('judgement'), pair(help.digits)] },
    { group: help.image, rows: rows('image') },
    { group: help.tools, rows: rows('tools') },
    { group: help.page, rows: rows('page') },
    { group: help.mouse, rows: help.mouseRows.map(pair) },
    { group: help.touch, rows: help.touchRows.map(pair) },
    { group: help.drawing, rows: help.drawingRows.map(pair) },
  ];
}

const pair = ([keys = '', meaning = '']: readonly string[]): readonly [string, string] => [keys, meaning];

/** The help for the keys that everybody has by default. */
export const HELP: Help = helpWith();
