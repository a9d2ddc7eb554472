import { cache, type StackViewport } from '@cornerstonejs/core';
import { WindowLevelTool } from '@cornerstonejs/tools';

/** The whole grey scale of an image is crossed by a drag of this many pixels. */
const WINDOW_TRAVEL = 500;

/** Cornerstone's window tool, at a speed that suits any depth: its own needs the whole screen for half of 8 bits. */
export class WindowTool extends WindowLevelTool {
  override _getMultiplierFromDynamicRange(viewport: StackViewport): number {
    const width = cache.getImage(viewport.getCurrentImageId())?.windowWidth ?? 256;
    return Number(Array.isArray(width) ? width[0] : width) / WINDOW_TRAVEL;
  }
}
