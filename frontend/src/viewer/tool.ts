/** What the left button, a pen or one finger does on the image. */
export type Tool =
  | 'window'
  | 'pan'
  | 'zoom'
  | 'magnify'
  | 'length'
  | 'angle'
  | 'mark-point'
  | 'mark-box'
  | 'mark-freehand';

/** What changes the picture at once. */
export type Adjustment =
  | 'invert'
  | 'reset'
  | 'flip-horizontal'
  | 'flip-vertical'
  | 'rotate-right'
  | 'rotate-left'
  | 'zoom-in'
  | 'zoom-out'
  | 'window-default'
  | 'window-full'
  | 'window-auto'
  | 'window-wider'
  | 'window-narrower'
  | 'brighter'
  | 'darker'
  | 'clear-measures';

/** A tool is taken by its command, and laid down by giving it again. */
export type ViewCommand = Adjustment | Tool;

/**
 * One change of what is seen, for the log: a code and its numbers. `w` width, level; `z` zoom; `p` x, y of the middle
 * of the view in fractions of the image; `i` inverted 0|1; `o` rotation, flipped 0|1 left and right, top and bottom;
 * `r` reset; `m` magnifier 0|1; `l` number of measures.
 */
export type ViewChange = readonly [code: 'w' | 'z' | 'p' | 'i' | 'o' | 'r' | 'm' | 'l', ...values: number[]];

const TOOLS: ReadonlySet<string> = new Set<Tool>([
  'window',
  'pan',
  'zoom',
  'magnify',
  'length',
  'angle',
  'mark-point',
  'mark-box',
  'mark-freehand',
]);

export function isTool(command: ViewCommand): command is Tool {
  return TOOLS.has(command);
}
