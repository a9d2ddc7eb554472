import type { StackViewport, Types } from '@cornerstonejs/core';
import { vec3 } from 'gl-matrix';
import type { Orientation } from '../orientation';

/** A place on the screen in CSS pixels from the left and upper edge of the picture's element. */
export type Spot = readonly [x: number, y: number];

export const ZOOM_MIN = 0.25;
export const ZOOM_MAX = 20;

/** Lay the image upright, flipped or turned. */
export function orient(viewport: StackViewport, { rotation, flipHorizontal, flipVertical }: Orientation): void {
  viewport.setCamera({ flipHorizontal, flipVertical });
  viewport.setViewPresentation({ rotation });
}

/** 1 where the whole image just fits, on the GPU and the CPU alike (Cornerstone's own getZoom differs between them). */
export function zoomOf(viewport: StackViewport): number {
  return fittingScale(viewport) / (viewport.getCamera().parallelScale ?? 1);
}

/** Zoom by a factor, so that what lies under `at` stays there. */
export function zoomBy(viewport: StackViewport, factor: number, at: Spot): void {
  const zoom = Math.min(ZOOM_MAX, Math.max(ZOOM_MIN, zoomOf(viewport) * factor));
  const before = viewport.canvasToWorld([...at]);
  viewport.setCamera({ parallelScale: fittingScale(viewport) / zoom });
  shift(viewport, before, viewport.canvasToWorld([...at]));
}

/** Move the image by so many pixels of the screen. */
export function panBy(viewport: StackViewport, [right, down]: Spot): void {
  shift(viewport, viewport.canvasToWorld([0, 0]), viewport.canvasToWorld([right, down]));
}

/** Move the image so that what is at `wanted` comes to where `place` is now. */
export function shift(viewport: StackViewport, wanted: Types.Point3, place: Types.Point3): void {
  const { focalPoint, position } = viewport.getCamera();
  if (!focalPoint || !position) return;
  const by = vec3.subtract(vec3.create(), wanted, place);
  const moved = (point: Types.Point3) => vec3.add(vec3.create(), point, by) as Types.Point3;
  viewport.setCamera({ focalPoint: moved(focalPoint), position: moved(position) });
}

/** Half the height of the world that the viewport shows when the whole image just fits. */
function fittingScale(viewport: StackViewport): number {
  const { dimensions, spacing } = viewport.getImageData();
  const [width, height] = [dimensions[0] * spacing[0], dimensions[1] * spacing[1]];
  const { clientWidth, clientHeight } = viewport.element;
  return Math.max(height, (width * clientHeight) / clientWidth) / 2;
}
