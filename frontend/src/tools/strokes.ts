import type { Spot } from '../viewer/camera';
import type { Stroke } from '../viewer/gestures';
import type { Pane } from '../viewer/pane';

/** Zoom by a pixel of a drag; down comes nearer. */
const ZOOM_PER_PIXEL = 1.006;

/** Across: the width of the window; up and down: its level. */
export function windowStroke(pane: Pane, start: Spot): Stroke {
  const from = pane.window();
  const move = (at: Spot) => pane.shiftWindow([at[0] - start[0], at[1] - start[1]], from);
  return { move, end: () => undefined, undo: () => move(start) };
}

/** The image sticks to the pointer. */
export function panStroke(pane: Pane, start: Spot): Stroke {
  let last = start;
  const move = (at: Spot) => {
    pane.panBy([at[0] - last[0], at[1] - last[1]]);
    last = at;
  };
  return { move, end: () => undefined, undo: () => move(start) };
}

/** What lay under the pointer at the start stays there. */
export function zoomStroke(pane: Pane, start: Spot): Stroke {
  let last = start;
  const move = (at: Spot) => {
    pane.zoomBy(ZOOM_PER_PIXEL ** (at[1] - last[1]), start);
    last = at;
  };
  return { move, end: () => undefined, undo: () => move(start) };
}
