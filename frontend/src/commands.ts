import type { ViewCommand } from './viewer/tool';

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

export type KeyGroup = 'judgement' | 'image' | 'tools' | 'page';

export interface Entry {
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
export const TABLE = {
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

function nudge(step: number, keys: readonly string[]): Entry {
  return { group: 'judgement', keys, command: { do: 'nudge', step }, repeats: true, fixed: true };
}
