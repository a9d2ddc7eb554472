import { commandsWith, type KeyGroup, type Overrides } from './commands';
import { t } from './texts';

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
