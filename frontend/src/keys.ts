import type { Call } from './api';

export type ViewCommand =
  | 'invert'
  | 'reset'
  | 'flip-horizontal'
  | 'flip-vertical'
  | 'rotate-right'
  | 'rotate-left'
  | 'zoom-in'
  | 'zoom-out'
  | 'pan';

export type Command =
  | { readonly do: 'call'; readonly call: Call }
  | { readonly do: 'confidence'; readonly value: number }
  | { readonly do: 'nudge'; readonly step: number }
  | { readonly do: 'view'; readonly view: ViewCommand }
  | { readonly do: 'submit' }
  | { readonly do: 'help' };

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

type Group = 'Judgement' | 'Image' | 'Page';
interface Binding {
  readonly keys: readonly string[];
  readonly command: Command;
  readonly group: Group;
  readonly help: string;
  /** Keys as the help shows them, where they differ from `keys`. */
  readonly shown?: string;
  readonly repeats?: true;
}

const view = (keys: readonly string[], command: ViewCommand, help: string, more: Partial<Binding> = {}): Binding => ({
  keys,
  command: { do: 'view', view: command },
  group: 'Image',
  help,
  ...more,
});

const nudge = (keys: readonly string[], step: number, help: string, shown: string): Binding => ({
  keys,
  command: { do: 'nudge', step },
  group: 'Judgement',
  help,
  shown,
  repeats: true,
});

const BINDINGS: readonly Binding[] = [
  { keys: ['a'], command: { do: 'call', call: 'authentic' }, group: 'Judgement', help: 'Call it authentic' },
  { keys: ['s'], command: { do: 'call', call: 'synthetic' }, group: 'Judgement', help: 'Call it synthetic' },
  nudge(['ArrowRight', 'ArrowUp'], 1, 'Confidence up by 1 (with Shift by 5)', '→ or ↑'),
  nudge(['ArrowLeft', 'ArrowDown'], -1, 'Confidence down by 1 (with Shift by 5)', '← or ↓'),
  {
    keys: ['Enter'],
    command: { do: 'submit' },
    group: 'Judgement',
    help: 'Submit; then on to the next case',
    shown: 'Enter',
  },
  view(['i'], 'invert', 'Invert'),
  view([' '], 'reset', 'Reset window, zoom and orientation', { shown: 'Space' }),
  view(['z', '+', '='], 'zoom-in', 'Zoom in', { shown: 'Z or +', repeats: true }),
  view(['-', '_'], 'zoom-out', 'Zoom out', { shown: '−', repeats: true }),
  view(['h'], 'flip-horizontal', 'Flip left and right'),
  view(['v'], 'flip-vertical', 'Flip top and bottom'),
  view(['r'], 'rotate-right', 'Rotate right by 90°'),
  view(['l'], 'rotate-left', 'Rotate left by 90°'),
  view(['p'], 'pan', 'Left drag pans, or windows again'),
  { keys: ['?'], command: { do: 'help' }, group: 'Page', help: 'This help' },
];

/** What help lists, by group: every binding, and what digits and the mouse do. */
export const HELP: readonly { readonly group: string; readonly rows: readonly (readonly [string, string])[] }[] = [
  { group: 'Judgement', rows: [...rows('Judgement'), ['1 … 9, 0', 'Confidence 10 … 90, 100']] },
  { group: 'Image', rows: rows('Image') },
  {
    group: 'Mouse',
    rows: [
      ['Left drag', 'Window (across) and level (up and down)'],
      ['Middle drag', 'Pan'],
      ['Right drag, wheel', 'Zoom'],
    ],
  },
  {
    group: 'Touch',
    rows: [
      ['One finger', 'Window and level'],
      ['Two fingers', 'Zoom and pan'],
    ],
  },
  { group: 'Page', rows: rows('Page') },
];

function rows(group: Group): (readonly [string, string])[] {
  return BINDINGS.filter((binding) => binding.group === group).map(({ keys, shown, help }) => [
    shown ?? keys.join(' or ').toUpperCase(),
    help,
  ]);
}

/** What a key press means on the reading page, or null when it is not ours to take. */
export function commandFor(press: Press): Command | null {
  if (press.ctrlKey || press.altKey || press.metaKey) return null;
  const place = placeOf(press.target);
  if (place === 'text' || belongsToControl(place, press.key)) return null;
  const digit = digitOf(press);
  if (digit !== null) return { do: 'confidence', value: digit === 0 ? 100 : digit * 10 };
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  const binding = BINDINGS.find(({ keys }) => keys.includes(key));
  if (!binding || (press.repeat && !binding.repeats)) return null;
  const { command } = binding;
  return command.do === 'nudge' && press.shiftKey ? { do: 'nudge', step: command.step * 5 } : command;
}

/**
 * The digit of a press, by the place of the key: on French and Czech keyboards the digit row types other characters
 * unless Shift is held. With Shift, what is typed decides, so that Shift+1 can be + on a Swiss keyboard.
 */
function digitOf({ key, code, shiftKey }: Press): number | null {
  if (/^[0-9]$/.test(key)) return Number(key);
  const place = /^Digit([0-9])$/.exec(code);
  return place && !shiftKey ? Number(place[1]) : null;
}

type Place = 'page' | 'text' | 'slider' | 'control' | 'chosen';

const NOT_TEXT = ['button', 'checkbox', 'radio', 'submit', 'reset', 'range'];

function placeOf(target: unknown): Place {
  const element = target as Partial<HTMLInputElement> | null;
  const tag = element?.tagName?.toLowerCase();
  if (element?.isContentEditable || tag === 'textarea' || tag === 'select') return 'text';
  if (tag === 'input') {
    if (element?.type === 'range') return 'slider';
    return NOT_TEXT.includes(element?.type ?? 'text') ? 'control' : 'text';
  }
  if (tag === 'button' && element?.ariaPressed === 'true') return 'chosen';
  return tag === 'button' || tag === 'a' || tag === 'summary' ? 'control' : 'page';
}

/** Keys by which a focused control is worked stay with it. On a call already chosen, Enter submits. */
function belongsToControl(place: Place, key: string): boolean {
  if (place === 'slider') return key.startsWith('Arrow');
  if (place === 'chosen') return key === ' ';
  return place === 'control' && (key === ' ' || key === 'Enter');
}
