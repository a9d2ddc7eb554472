/** How an image lies: flipped along its own axes first, then turned clockwise. */
export interface Orientation {
  readonly rotation: 0 | 90 | 180 | 270;
  readonly flipHorizontal: boolean;
  readonly flipVertical: boolean;
}

export const UPRIGHT: Orientation = { rotation: 0, flipHorizontal: false, flipVertical: false };

/** Turn clockwise as the reader sees it, by a multiple of 90 degrees. */
export function turn(orientation: Orientation, degrees: number): Orientation {
  const rotation = (((orientation.rotation + degrees) % 360) + 360) % 360;
  return { ...orientation, rotation: rotation as Orientation['rotation'] };
}

/** Flip as the reader sees it: on an image that lies on its side, the screen's axis is the image's other one. */
export function flip(orientation: Orientation, axis: 'horizontal' | 'vertical'): Orientation {
  const onItsSide = orientation.rotation % 180 !== 0;
  const { flipHorizontal, flipVertical } = orientation;
  return (axis === 'horizontal') === onItsSide
    ? { ...orientation, flipVertical: !flipVertical }
    : { ...orientation, flipHorizontal: !flipHorizontal };
}
