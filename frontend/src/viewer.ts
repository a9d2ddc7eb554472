import {
  cache,
  Enums,
  imageLoader,
  init as initCore,
  RenderingEngine,
  type StackViewport,
  setUseCPURendering,
  type Types,
  utilities,
} from '@cornerstonejs/core';
import loader from '@cornerstonejs/dicom-image-loader';
import {
  addTool,
  init as initTools,
  PanTool,
  Enums as ToolEnums,
  ToolGroupManager,
  ZoomTool,
} from '@cornerstonejs/tools';
import { vec3 } from 'gl-matrix';
import type { Reading } from './api';
import type { MarkShape } from './marks';
import { flip, type Orientation, turn, UPRIGHT } from './orientation';
import type { Adjustment, Tool, ViewChange, ViewCommand } from './viewer/tool';
import { windowOf } from './window';
import { WindowTool } from './windowtool';

export type { MarkShape } from './marks';
export type { Tool, ViewChange, ViewCommand } from './viewer/tool';

/** The UIDs by which the blinded DICOMweb service knows an image. */
export type Instance = Pick<Reading, 'dicom_study_uid' | 'dicom_series_uid' | 'sop_instance_uid'>;
/** A part of the image: left, top, width and height in fractions of it. */
export type Region = readonly [x: number, y: number, width: number, height: number];
/** Whether the keyboard draws: no, could by the arrow keys, or a crosshair is on the image. */
export type Crosshair = 'no' | 'ready' | 'shown';

export interface View {
  readonly width: number;
  readonly level: number;
  readonly zoom: number;
}

const UPCOMING = {};
const VIEWPORT = 'xray';
/** Raw little-endian or HTJ2K, whichever the cohort has: each of one length, so that its size says nothing. */
const FRAME =
  'application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1, image/jphc; transfer-syntax=1.2.840.10008.1.2.4.201';
/** The attribute's tag, by which DICOM JSON names it. */
const WINDOW_CENTER = '00281050';
const ZOOM_STEP = 1.25;
const WHEEL_STEP = 1.12;
const ZOOM_MIN = 0.25;
const ZOOM_MAX = 20;

/** One radiograph at a time in a Cornerstone3D stack viewport, with the tools that radiologists' hands know. */
export class Viewer {
  private readonly images = new Map<string, Promise<void>>();
  private readonly engine: RenderingEngine;
  private readonly viewport: StackViewport;
  private readonly tools = toolGroup();
  private wanted = '';
  private panning = false;
  private orientation = UPRIGHT;
  private zoom = 1;

  private constructor(
    private readonly element: HTMLDivElement,
    private readonly dicomweb: string,
  ) {
    this.engine = new RenderingEngine('reading');
    this.engine.enableElement({ viewportId: VIEWPORT, element, type: Enums.ViewportType.STACK });
    this.viewport = this.engine.getStackViewport(VIEWPORT) as StackViewport;
    // Cornerstone swallows every key while its element has the focus, Tab included: the focus stays on the parent.
    element.removeAttribute('tabindex');
    this.tools.addViewport(VIEWPORT, this.engine.id);
    this.bindTools();
    element.addEventListener('contextmenu', (event) => event.preventDefault());
    element.addEventListener('wheel', (event) => this.zoomAt(event), { passive: false });
    new ResizeObserver(() => this.fitToElement()).observe(element);
  }

  /** `dicomweb` is the absolute root of the session's blinded DICOMweb service, without a trailing slash. */
  static async create(element: HTMLDivElement, dicomweb: string): Promise<Viewer> {
    await startCornerstone();
    return new Viewer(element, dicomweb);
  }

  /** Show a reading's image; resolves with its first frame on the screen, false when another was asked for meanwhile. */
  async show(reading: Reading): Promise<boolean> {
    const imageId = this.imageId(reading);
    this.wanted = imageId;
    await this.fetch(reading);
    if (this.wanted !== imageId) return false;
    await this.viewport.setStack([imageId]);
    this.reset();
    await this.frameOf(imageId);
    return this.wanted === imageId;
  }

  /** Decode images ahead of time, one after the other, and let go of those no longer needed. */
  async prefetch(readings: readonly Reading[]): Promise<void> {
    this.keepOnly(new Set([this.wanted, ...readings.map((reading) => this.imageId(reading))]));
    for (const reading of readings) await this.fetch(reading).catch(() => undefined);
  }

  /** Called with window and zoom after every frame. */
  onFrame(listener: (view: View) => void): void {
    this.element.addEventListener(Enums.Events.IMAGE_RENDERED, () => {
      if (this.viewport.getCurrentImageId() !== this.wanted) return;
      const view = this.view();
      this.zoom = view.zoom;
      listener(view);
    });
  }

  get leftDragPans(): boolean {
    return this.panning;
  }

  perform(command: ViewCommand): void {
    if (!this.viewport.getCurrentImageId()) return;
    if (command === 'pan') this.togglePan();
    else if (command in UPCOMING) return;
    else
      this.change(command as Exclude<Adjustment, 'window-default' | 'window-full' | 'window-auto' | 'clear-measures'>);
  }

  /** What left drags do. */
  get tool(): Tool {
    return this.panning ? 'pan' : 'window';
  }

  setTool(_tool: Tool): void {}

  onTool(_listener: (tool: Tool) => void): void {}

  /** Called with every change of what is seen, for the log. */
  onChange(_listener: (change: ViewChange) => void): void {}

  /** Millimetres per pixel of the image as presented, row and column; null where they are not known of all images. */
  calibrate(_spacing: readonly [row: number, column: number] | null): void {}

  /** Take the image off the page, as for a pause. */
  hide(): void {}

  reveal(): void {}

  marks(): readonly MarkShape[] {
    return [];
  }

  setMarks(_marks: readonly MarkShape[]): void {}

  onMarks(_listener: (marks: readonly MarkShape[]) => void): void {}

  removeMark(_id: number): void {}

  /** The part of the image that an aid points at. */
  showRegion(_region: Region | null): void {}

  /** A picture for comparison beside the case. */
  async showBeside(_companion: Instance | null): Promise<boolean> {
    return true;
  }

  /** Bytes of decoded images that are held. */
  memory(): number {
    return cache.getCacheSize();
  }

  get crosshair(): Crosshair {
    return 'no';
  }

  /** Move the crosshair by so many pixels of the screen, right and down. */
  moveCrosshair(_by: readonly [right: number, down: number]): void {}

  /** Set a point where the crosshair is. */
  setPoint(): void {}

  /** Give up what is half drawn; else lay the tool down. */
  cancel(): void {}

  private change(
    command: Exclude<Adjustment, 'window-default' | 'window-full' | 'window-auto' | 'clear-measures'>,
  ): void {
    const { viewport, orientation } = this;
    const changes = {
      invert: () => viewport.setProperties({ invert: !viewport.getProperties().invert }),
      reset: () => this.reset(),
      'flip-horizontal': () => this.lay(flip(orientation, 'horizontal')),
      'flip-vertical': () => this.lay(flip(orientation, 'vertical')),
      'rotate-right': () => this.lay(turn(orientation, 90)),
      'rotate-left': () => this.lay(turn(orientation, -90)),
      'zoom-in': () => this.zoomBy(ZOOM_STEP),
      'zoom-out': () => this.zoomBy(1 / ZOOM_STEP),
    };
    changes[command]();
    viewport.render();
  }

  private reset(): void {
    this.viewport.resetProperties();
    this.lay(UPRIGHT);
    this.viewport.resetCamera();
    this.viewport.render();
  }

  private lay(orientation: Orientation): void {
    const { rotation, flipHorizontal, flipVertical } = orientation;
    this.orientation = orientation;
    this.viewport.setCamera({ flipHorizontal, flipVertical });
    this.viewport.setViewPresentation({ rotation });
  }

  private zoomBy(factor: number): void {
    const zoom = Math.min(ZOOM_MAX, Math.max(ZOOM_MIN, this.currentZoom() * factor));
    this.viewport.setCamera({ parallelScale: this.fittingScale() / zoom });
  }

  /** Zoom so that what lies under the pointer stays there. */
  private zoomAt(event: WheelEvent): void {
    event.preventDefault();
    if (!this.viewport.getCurrentImageId()) return;
    const notch = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY / 100 : event.deltaY / 3;
    const { left, top } = this.element.getBoundingClientRect();
    const point: Types.Point2 = [event.clientX - left, event.clientY - top];
    const before = this.viewport.canvasToWorld(point);
    this.zoomBy(WHEEL_STEP ** -notch);
    const after = this.viewport.canvasToWorld(point);
    this.shift(vec3.subtract(vec3.create(), before, after));
    this.viewport.render();
  }

  private shift(by: vec3): void {
    const { focalPoint, position } = this.viewport.getCamera();
    if (!focalPoint || !position) return;
    const moved = (point: Types.Point3) => vec3.add(vec3.create(), point, by) as Types.Point3;
    this.viewport.setCamera({ focalPoint: moved(focalPoint), position: moved(position) });
  }

  /** 1 where the whole image just fits, on the GPU and the CPU alike (Cornerstone's own getZoom differs between them). */
  private currentZoom(): number {
    return this.fittingScale() / (this.viewport.getCamera().parallelScale ?? 1);
  }

  /** Half the height of the world that the viewport shows when the whole image just fits. */
  private fittingScale(): number {
    const { dimensions, spacing } = this.viewport.getImageData();
    const [width, height] = [dimensions[0] * spacing[0], dimensions[1] * spacing[1]];
    const aspect = this.element.clientWidth / this.element.clientHeight;
    return Math.max(height, width / aspect) / 2;
  }

  private view(): View {
    const { voiRange } = this.viewport.getProperties();
    const { lower, upper } = voiRange ?? { lower: 0, upper: 255 };
    const { windowWidth, windowCenter } = utilities.windowLevel.toWindowLevel(lower, upper);
    return { width: Math.round(windowWidth), level: Math.round(windowCenter), zoom: this.currentZoom() };
  }

  private togglePan(): void {
    this.panning = !this.panning;
    this.bindTools();
  }

  private bindTools(): void {
    const { Primary, Auxiliary, Secondary } = ToolEnums.MouseBindings;
    const [left, spare] = this.panning ? [PanTool, WindowTool] : [WindowTool, PanTool];
    this.tools.setToolPassive(spare.toolName, { removeAllBindings: true });
    const middle = { mouseButton: Auxiliary };
    const primary = [{ mouseButton: Primary }, { numTouchPoints: 1 }];
    this.tools.setToolActive(left.toolName, { bindings: left === PanTool ? [...primary, middle] : primary });
    if (left !== PanTool) this.tools.setToolActive(PanTool.toolName, { bindings: [middle] });
    this.tools.setToolActive(ZoomTool.toolName, {
      bindings: [{ mouseButton: Secondary }, { numTouchPoints: 2 }],
    });
  }

  private fitToElement(): void {
    if (this.element.clientWidth === 0 || this.element.clientHeight === 0) return;
    const fitted = Math.abs(this.zoom - 1) < 0.01;
    this.engine.resize(true, !fitted);
    if (!this.viewport.getCurrentImageId()) return;
    this.lay(this.orientation);
    this.viewport.render();
  }

  private frameOf(imageId: string): Promise<void> {
    return new Promise((resolve) => {
      const { IMAGE_RENDERED } = Enums.Events;
      const rendered = () => {
        if (this.wanted === imageId && this.viewport.getCurrentImageId() !== imageId) return;
        this.element.removeEventListener(IMAGE_RENDERED, rendered);
        resolve();
      };
      this.element.addEventListener(IMAGE_RENDERED, rendered);
      this.viewport.render();
    });
  }

  private fetch(reading: Reading): Promise<void> {
    const imageId = this.imageId(reading);
    const known = this.images.get(imageId);
    if (known) return known;
    const loading = this.load(reading, imageId);
    this.images.set(imageId, loading);
    loading.catch(() => this.images.delete(imageId));
    return loading;
  }

  private async load(reading: Reading, imageId: string): Promise<void> {
    const response = await fetch(`${this.instance(reading)}/metadata`, {
      headers: { Accept: 'application/dicom+json' },
    });
    if (!response.ok) throw new Error(`Metadata: ${response.status}`);
    const [dataset] = await response.json();
    loader.wadors.metaDataManager.add(imageId, dataset);
    const image = await imageLoader.loadAndCacheImage(imageId);
    if (!(WINDOW_CENTER in dataset)) Object.assign(image, windowOf(image.getPixelData()));
  }

  private keepOnly(needed: ReadonlySet<string>): void {
    for (const imageId of [...this.images.keys()].filter((known) => !needed.has(known))) {
      this.images.delete(imageId);
      if (cache.getImageLoadObject(imageId)) cache.removeImageLoadObject(imageId);
      loader.wadors.metaDataManager.remove(imageId);
    }
  }

  private instance({ dicom_study_uid, dicom_series_uid, sop_instance_uid }: Reading): string {
    return `${this.dicomweb}/studies/${dicom_study_uid}/series/${dicom_series_uid}/instances/${sop_instance_uid}`;
  }

  private imageId(reading: Reading): string {
    return `wadors:${this.instance(reading)}/frames/1`;
  }
}

async function startCornerstone(): Promise<void> {
  await initCore();
  // Software WebGL is slower than drawing with the CPU at once.
  if (rendersInSoftware()) setUseCPURendering(true);
  initTools();
  loader.init({ maxWebWorkers: 1, beforeSend: () => ({ Accept: FRAME }) });
  for (const tool of [WindowTool, PanTool, ZoomTool]) addTool(tool);
}

function toolGroup() {
  const group = ToolGroupManager.createToolGroup('reading');
  if (!group) throw new Error('The viewer was already created');
  group.addTool(WindowTool.toolName);
  group.addTool(PanTool.toolName);
  group.addTool(ZoomTool.toolName, { minZoomScale: ZOOM_MIN, maxZoomScale: ZOOM_MAX });
  return group;
}

function rendersInSoftware(): boolean {
  const gl = document.createElement('canvas').getContext('webgl2');
  if (!gl) return true;
  const names = gl.getExtension('WEBGL_debug_renderer_info');
  const renderer = String(gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return /swiftshader|llvmpipe|softpipe|software|basic render/i.test(renderer);
}
