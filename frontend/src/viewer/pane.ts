import {
  cache,
  Enums,
  getShouldUseCPURendering,
  type RenderingEngine,
  type StackViewport,
  utilities,
} from '@cornerstonejs/core';
import { vec3 } from 'gl-matrix';
import type { Fraction } from '../marks';
import { flip, type Orientation, turn, UPRIGHT } from '../orientation';
import { type GreyWindow, rangeOf, windowOf } from '../window';
import { orient, panBy, type Spot, zoomBy, zoomOf } from './camera';
import { Overlay } from './overlay';
import type { Adjustment } from './tool';

/** What is seen of an image, and how. */
export interface Sight {
  /** The grey window. */
  readonly width: number;
  readonly level: number;
  /** 1 where the whole image just fits. */
  readonly zoom: number;
  readonly inverted: boolean;
  readonly orientation: Orientation;
  /** The middle of the view. */
  readonly centre: Fraction;
}

const ZOOM_STEP = 1.25;
/** The whole default window is crossed by a drag of so many pixels, whatever the depth of the image. */
const WINDOW_TRAVEL = 500;
/** Pixels of a drag that a key makes. */
const WINDOW_STEP = 10;

/** One picture on the page: a Cornerstone3D stack viewport with one image, and what is drawn over it. */
export class Pane {
  readonly element = div('pane');
  readonly overlay: Overlay;
  readonly viewport: StackViewport;
  private readonly frame = div('frame');
  private orientation = UPRIGHT;
  /** Zoom of the last frame. */
  private zoom = 1;

  constructor(
    private readonly engine: RenderingEngine,
    private readonly name: string,
    host: HTMLElement,
    caption: string,
  ) {
    const label = div('caption');
    label.textContent = caption;
    this.element.append(this.frame);
    this.overlay = new Overlay(this.element);
    this.element.append(label);
    host.append(this.element);
    engine.enableElement({ viewportId: name, element: this.frame, type: Enums.ViewportType.STACK });
    this.viewport = engine.getStackViewport(name) as StackViewport;
    // Cornerstone makes its element focusable; the focus stays on the page's own.
    this.frame.removeAttribute('tabindex');
    this.onRendered(() => {
      this.zoom = zoomOf(this.viewport);
    });
  }

  get imageId(): string {
    return this.viewport.getCurrentImageId() ?? '';
  }

  /** Put an image that is in memory on the screen; resolves with its first frame. */
  async show(imageId: string): Promise<void> {
    await this.viewport.setStack([imageId]);
    this.reset();
    await this.frameOf(imageId);
  }

  onRendered(listener: () => void): void {
    this.frame.addEventListener(Enums.Events.IMAGE_RENDERED, () => {
      if (this.imageId) listener();
    });
  }

  sight(): Sight {
    const { width, level } = this.window();
    return {
      width: Math.round(width),
      level: Math.round(level),
      zoom: zoomOf(this.viewport),
      inverted: Boolean(this.viewport.getProperties().invert),
      orientation: this.orientation,
      centre: this.toImage(this.middle()),
    };
  }

  adjust(adjustment: Exclude<Adjustment, 'clear-measures'>): void {
    const { orientation } = this;
    const changes = {
      invert: () => this.viewport.setProperties({ invert: !this.viewport.getProperties().invert }),
      reset: () => this.reset(),
      'flip-horizontal': () => this.lay(flip(orientation, 'horizontal')),
      'flip-vertical': () => this.lay(flip(orientation, 'vertical')),
      'rotate-right': () => this.lay(turn(orientation, 90)),
      'rotate-left': () => this.lay(turn(orientation, -90)),
      'zoom-in': () => zoomBy(this.viewport, ZOOM_STEP, this.middle()),
      'zoom-out': () => zoomBy(this.viewport, 1 / ZOOM_STEP, this.middle()),
      'window-default': () => this.setWindow(this.defaultWindow()),
      'window-full': () => this.setWindow(rangeOf(this.pixels())),
      'window-auto': () => this.setWindow(windowOf(this.pixels())),
      'window-wider': () => this.shiftWindow([WINDOW_STEP, 0]),
      'window-narrower': () => this.shiftWindow([-WINDOW_STEP, 0]),
      brighter: () => this.shiftWindow([0, -WINDOW_STEP]),
      darker: () => this.shiftWindow([0, WINDOW_STEP]),
    };
    changes[adjustment]();
    this.render();
  }

  /** Widen the window and raise its level by a drag of so many pixels, right and down. */
  shiftWindow([right, down]: Spot, from: { width: number; level: number } = this.window()): void {
    const grey = this.defaultWindow().windowWidth / WINDOW_TRAVEL;
    this.setWindow({ windowWidth: Math.max(1, from.width + right * grey), windowCenter: from.level + down * grey });
    this.render();
  }

  window(): { width: number; level: number } {
    const { lower, upper } = this.viewport.getProperties().voiRange ?? { lower: 0, upper: 255 };
    const { windowWidth, windowCenter } = utilities.windowLevel.toWindowLevel(lower, upper);
    return { width: windowWidth, level: windowCenter };
  }

  zoomBy(factor: number, at: Spot): void {
    zoomBy(this.viewport, factor, at);
    this.render();
  }

  panBy(by: Spot): void {
    panBy(this.viewport, by);
    this.render();
  }

  /** Two fingers: zoom about the place between them, and move with it. */
  pinch(factor: number, at: Spot, by: Spot): void {
    zoomBy(this.viewport, factor, at);
    panBy(this.viewport, by);
    this.render();
  }

  render(): void {
    this.viewport.render();
  }

  /** Where in the image a place on the screen is; outside of 0–1 beside it. */
  toImage(spot: Spot): Fraction {
    const { origin, direction, spacing, dimensions } = this.viewport.getImageData();
    const from = vec3.subtract(vec3.create(), this.viewport.canvasToWorld([...spot]), origin);
    const along = (axis: 0 | 1) => vec3.dot(from, direction.slice(3 * axis, 3 * axis + 3) as vec3) / spacing[axis];
    return [(along(0) + edge()) / dimensions[0], (along(1) + edge()) / dimensions[1]];
  }

  /** Where on the screen a place in the image is. */
  toScreen([x, y]: Fraction): Spot {
    const { origin, direction, spacing, dimensions } = this.viewport.getImageData();
    const world = vec3.clone(origin);
    vec3.scaleAndAdd(world, world, direction.slice(0, 3) as vec3, (x * dimensions[0] - edge()) * spacing[0]);
    vec3.scaleAndAdd(world, world, direction.slice(3, 6) as vec3, (y * dimensions[1] - edge()) * spacing[1]);
    const [right, down] = this.viewport.worldToCanvas([world[0], world[1], world[2]]);
    return [right, down];
  }

  /** Columns and rows of the image. */
  size(): readonly [columns: number, rows: number] {
    const { dimensions } = this.viewport.getImageData();
    return [dimensions[0], dimensions[1]];
  }

  middle(): Spot {
    return [this.frame.clientWidth / 2, this.frame.clientHeight / 2];
  }

  /** After a change of the element's size. A picture that just fitted fits again; another keeps its zoom. */
  fit(): void {
    if (!this.imageId) return;
    if (Math.abs(this.zoom - 1) < 0.01) this.viewport.resetCamera();
    this.lay(this.orientation);
    this.render();
  }

  reset(): void {
    this.viewport.resetProperties();
    this.lay(UPRIGHT);
    this.viewport.resetCamera();
    this.render();
  }

  destroy(): void {
    this.engine.disableElement(this.name);
    this.element.remove();
  }

  private lay(orientation: Orientation): void {
    this.orientation = orientation;
    orient(this.viewport, orientation);
  }

  private setWindow({ windowWidth, windowCenter }: GreyWindow): void {
    const { lower, upper } = utilities.windowLevel.toLowHighRange(windowWidth, windowCenter);
    this.viewport.setProperties({ voiRange: { lower, upper } });
  }

  private defaultWindow(): GreyWindow {
    const { windowWidth = 256, windowCenter = 128 } = cache.getImage(this.imageId) ?? {};
    return { windowWidth: first(windowWidth), windowCenter: first(windowCenter) };
  }

  private pixels(): ArrayLike<number> {
    return cache.getImage(this.imageId)?.getPixelData() ?? [];
  }

  private frameOf(imageId: string): Promise<void> {
    return new Promise((resolve) => {
      const { IMAGE_RENDERED } = Enums.Events;
      const rendered = () => {
        if (this.imageId !== imageId && this.imageId) return;
        this.frame.removeEventListener(IMAGE_RENDERED, rendered);
        resolve();
      };
      this.frame.addEventListener(IMAGE_RENDERED, rendered);
      this.render();
    });
  }
}

/** On the GPU a pixel's index is its middle, on the CPU its upper left corner. */
function edge(): number {
  return getShouldUseCPURendering() ? 0 : 0.5;
}

function first(value: number | number[]): number {
  return Array.isArray(value) ? (value[0] ?? 0) : value;
}

function div(className: string): HTMLDivElement {
  const element = document.createElement('div');
  element.className = className;
  return element;
}
