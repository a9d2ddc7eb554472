import {
  cache,
  Enums,
  imageLoader,
  init as initCore,
  RenderingEngine,
  type StackViewport,
  setUseCPURendering,
  utilities,
} from '@cornerstonejs/core';
import loader from '@cornerstonejs/dicom-image-loader';
import {
  addTool,
  init as initTools,
  PanTool,
  ToolGroupManager,
  Enums as ToolEnums,
  WindowLevelTool,
  ZoomTool,
} from '@cornerstonejs/tools';
import type { Reading } from './api';
import type { ViewCommand } from './keys';

export interface View {
  readonly width: number;
  readonly level: number;
  readonly zoom: number;
}

const VIEWPORT = 'xray';
/** Raw little-endian: every frame has the same length, so that its size says nothing. */
const FRAME = 'application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1';
const ZOOM_STEP = 1.25;
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

  private constructor(
    private readonly element: HTMLDivElement,
    private readonly dicomweb: string,
  ) {
    this.engine = new RenderingEngine('reading');
    this.engine.enableElement({ viewportId: VIEWPORT, element, type: Enums.ViewportType.STACK });
    this.viewport = this.engine.getStackViewport(VIEWPORT) as StackViewport;
    this.tools.addViewport(VIEWPORT, this.engine.id);
    this.bindTools();
    element.addEventListener('contextmenu', (event) => event.preventDefault());
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
      if (this.viewport.getCurrentImageId() === this.wanted) listener(this.view());
    });
  }

  get leftDragPans(): boolean {
    return this.panning;
  }

  perform(command: ViewCommand): void {
    if (!this.viewport.getCurrentImageId()) return;
    if (command === 'pan') this.togglePan();
    else this.change(command);
  }

  private change(command: Exclude<ViewCommand, 'pan'>): void {
    const { viewport } = this;
    const { flipHorizontal = false, flipVertical = false } = viewport.getCamera();
    const changes = {
      invert: () => viewport.setProperties({ invert: !viewport.getProperties().invert }),
      reset: () => this.reset(),
      'flip-horizontal': () => viewport.setCamera({ flipHorizontal: !flipHorizontal }),
      'flip-vertical': () => viewport.setCamera({ flipVertical: !flipVertical }),
      'rotate-right': () => this.rotate(90),
      'rotate-left': () => this.rotate(-90),
      'zoom-in': () => this.zoomBy(ZOOM_STEP),
      'zoom-out': () => this.zoomBy(1 / ZOOM_STEP),
    };
    changes[command]();
    viewport.render();
  }

  private reset(): void {
    this.viewport.resetProperties();
    this.viewport.setViewPresentation({ rotation: 0, flipHorizontal: false, flipVertical: false });
    this.viewport.resetCamera();
    this.viewport.setProperties({ interpolationType: Enums.InterpolationType.LINEAR });
    this.viewport.render();
  }

  private rotate(degrees: number): void {
    const rotation = (this.viewport.getViewPresentation().rotation ?? 0) + degrees;
    this.viewport.setViewPresentation({ rotation: (rotation + 360) % 360 });
  }

  private zoomBy(factor: number): void {
    const zoom = this.viewport.getZoom() * factor;
    this.viewport.setZoom(Math.min(ZOOM_MAX, Math.max(ZOOM_MIN, zoom)));
  }

  private view(): View {
    const { voiRange } = this.viewport.getProperties();
    const { lower, upper } = voiRange ?? { lower: 0, upper: 255 };
    const { windowWidth, windowCenter } = utilities.windowLevel.toWindowLevel(lower, upper);
    return { width: Math.round(windowWidth), level: Math.round(windowCenter), zoom: this.viewport.getZoom() };
  }

  private togglePan(): void {
    this.panning = !this.panning;
    this.bindTools();
  }

  private bindTools(): void {
    const { Primary, Auxiliary, Secondary, Wheel } = ToolEnums.MouseBindings;
    const [left, spare] = this.panning ? [PanTool, WindowLevelTool] : [WindowLevelTool, PanTool];
    this.tools.setToolPassive(spare.toolName, { removeAllBindings: true });
    const middle = { mouseButton: Auxiliary };
    const primary = [{ mouseButton: Primary }, { numTouchPoints: 1 }];
    this.tools.setToolActive(left.toolName, { bindings: left === PanTool ? [...primary, middle] : primary });
    if (left !== PanTool) this.tools.setToolActive(PanTool.toolName, { bindings: [middle] });
    this.tools.setToolActive(ZoomTool.toolName, {
      bindings: [{ mouseButton: Secondary }, { mouseButton: Wheel }, { numTouchPoints: 2 }],
    });
  }

  private fitToElement(): void {
    if (this.element.clientWidth === 0 || this.element.clientHeight === 0) return;
    this.engine.resize(true, true);
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
    const response = await fetch(`${this.instance(reading)}/metadata`, { headers: { Accept: 'application/dicom+json' } });
    if (!response.ok) throw new Error(`Metadata: ${response.status}`);
    const [dataset] = await response.json();
    loader.wadors.metaDataManager.add(imageId, dataset);
    await imageLoader.loadAndCacheImage(imageId);
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
  for (const tool of [WindowLevelTool, PanTool, ZoomTool]) addTool(tool);
}

function toolGroup() {
  const group = ToolGroupManager.createToolGroup('reading');
  if (!group) throw new Error('The viewer was already created');
  group.addTool(WindowLevelTool.toolName);
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
