import { RenderingEngine } from '@cornerstonejs/core';
import type { MarkShape } from './marks';
import { t } from './texts';
import { panStroke, windowStroke, zoomStroke } from './tools/strokes';
import type { Spot } from './viewer/camera';
import { Changes } from './viewer/changes';
import { startCornerstone } from './viewer/cornerstone';
import { type Button, handle, type Stroke } from './viewer/gestures';
import { Images, type Instance } from './viewer/images';
import { Lens } from './viewer/lens';
import type { Ruler } from './viewer/measures';
import { Pane, type Sight } from './viewer/pane';
import { drawableOf, type Region, Sheet } from './viewer/sheet';
import { isTool, type Tool, type ViewChange, type ViewCommand } from './viewer/tool';

export type { MarkShape } from './marks';
export type { Instance } from './viewer/images';
export type { Sight as View } from './viewer/pane';
export type { Region } from './viewer/sheet';
export type { Tool, ViewChange, ViewCommand } from './viewer/tool';

/** Whether the arrow keys are the image's: no, they could be, or they move a crosshair that is on it. */
export type Crosshair = 'no' | 'ready' | 'shown';

const WHEEL_STEP = 1.12;
/** A key held down longer than this lends its tool only until it is let go. */
const HELD_MS = 400;

interface Pointer {
  readonly pane: Pane;
  readonly at: Spot;
  readonly touch: boolean;
}

/** One radiograph at a time, and where the protocol pairs them one beside it, with the tools that radiologists know. */
export class Viewer {
  private readonly root = document.createElement('div');
  private readonly engine = new RenderingEngine('reading');
  private readonly images: Images;
  private readonly main: Pane;
  private readonly lens: Lens;
  private readonly sheet: Sheet;
  private readonly changed = new Listeners<ViewChange>();
  private readonly framed = new Listeners<Sight>();
  private readonly taken = new Listeners<Tool>();
  private readonly marked = new Listeners<readonly MarkShape[]>();
  private readonly changes = new Changes((change) => this.changed.tell(change));
  private beside: Pane | null = null;
  private wanted = '';
  private wantedBeside = '';
  private active: Tool = 'window';
  private lent: { tool: Tool; since: number } | null = null;
  private pointer: Pointer | null = null;
  /** Width and height of the place on the page, and how many pictures share it. */
  private place = '';

  private constructor(
    private readonly element: HTMLElement,
    dicomweb: string,
  ) {
    this.root.className = 'panes';
    element.append(this.root);
    this.images = new Images(dicomweb);
    this.main = this.pane('case', t.image.thisCase);
    this.main.onRendered(() => this.rendered());
    this.lens = new Lens(this.engine, this.main.element);
    this.sheet = new Sheet(this.main, () => this.panes(), {
      marks: (marks) => this.marked.tell(marks),
      measures: (count) => this.changed.tell(['l', count]),
    });
    new ResizeObserver(() => this.fit()).observe(this.root);
  }

  /** `dicomweb` is the absolute root of the session's blinded DICOMweb service, without a trailing slash. */
  static async create(element: HTMLElement, dicomweb: string): Promise<Viewer> {
    await startCornerstone();
    return new Viewer(element, dicomweb);
  }

  /**
   * Show a reading's image; resolves with its first frame on the screen, false when another was asked for meanwhile.
   * Marks, measures and the aid's region of the last case are gone at once.
   */
  async show(instance: Instance): Promise<boolean> {
    const id = this.images.id(instance);
    this.wanted = id;
    this.clear();
    await this.images.fetch(instance);
    if (this.wanted !== id) return false;
    this.fit();
    await this.main.show(id);
    if (this.wanted !== id) return false;
    this.changes.startAt(this.main.sight());
    this.sheet.draw();
    return true;
  }

  /** A picture for comparison beside the case, or none. */
  async showBeside(instance: Instance | null): Promise<boolean> {
    const id = instance ? this.images.id(instance) : '';
    this.wantedBeside = id;
    if (!instance) {
      this.closeBeside();
      return true;
    }
    await this.images.fetch(instance);
    if (this.wantedBeside !== id) return false;
    this.beside ??= this.openBeside();
    this.fit();
    await this.beside.show(id);
    return this.wantedBeside === id;
  }

  /** Decode images ahead of time, one after the other, within the memory limit. */
  prefetch(instances: readonly Instance[]): Promise<void> {
    return this.images.prefetch([this.wanted, this.wantedBeside], instances);
  }

  /** Called with what is seen after every frame. */
  onFrame(listener: (view: Sight) => void): void {
    this.framed.add(listener);
  }

  /** Called with every change of what is seen, for the log. */
  onChange(listener: (change: ViewChange) => void): void {
    this.changed.add(listener);
  }

  /** Do what a key or button says: with the picture under the mouse, or else with the case. */
  perform(command: ViewCommand): void {
    if (!this.main.imageId) return;
    if (isTool(command)) this.toggle(command);
    else if (command === 'clear-measures') this.sheet.clearMeasures();
    else if (command === 'reset') this.reset();
    else (this.pointer?.pane ?? this.main).adjust(command);
  }

  /** The key of a command was let go: a tool that was only lent by holding it goes back. */
  release(command: ViewCommand): void {
    if (!this.lent || command !== this.active) return;
    if (performance.now() - this.lent.since > HELD_MS) this.setTool(this.lent.tool);
    this.lent = null;
  }

  /** Take the image off the page, as for a pause. */
  hide(): void {
    this.pointer = null;
    this.magnify();
    this.root.remove();
  }

  reveal(): void {
    if (!this.root.isConnected) this.element.append(this.root);
    this.fit();
  }

  /** What left drags do. */
  get tool(): Tool {
    return this.active;
  }

  setTool(tool: Tool): void {
    if (tool === this.active) return;
    this.active = tool;
    this.element.dataset.tool = tool;
    this.sheet.giveUp();
    this.magnify();
    this.taken.tell(tool);
  }

  onTool(listener: (tool: Tool) => void): void {
    this.taken.add(listener);
  }

  /** Millimetres per pixel of the presented images, row and column; null where not all of them have the same. */
  calibrate(spacing: Ruler['spacing']): void {
    this.sheet.calibrate(spacing);
  }

  /** Put marks on the image as they were kept; nobody is told. */
  setMarks(marks: readonly MarkShape[]): void {
    this.sheet.setMarks(marks);
  }

  /** Called when the reader drew or removed a mark. */
  onMarks(listener: (marks: readonly MarkShape[]) => void): void {
    this.marked.add(listener);
  }

  removeMark(id: number): void {
    this.sheet.removeMark(id);
  }

  /** The part of the image that an aid points at. */
  showRegion(region: Region | null): void {
    this.sheet.showRegion(region);
  }

  /** Whether the arrow keys are the image's: to draw with a crosshair, or with the tool `pan` to move it. */
  get crosshair(): Crosshair {
    if (!this.main.imageId) return 'no';
    if (this.active === 'pan') return 'ready';
    if (!drawableOf(this.active)) return 'no';
    return this.sheet.crossed ? 'shown' : 'ready';
  }

  /** Move the crosshair, or with the tool `pan` the image, by pixels of the screen. */
  moveCrosshair(by: Spot): void {
    if (this.active === 'pan') this.main.panBy(by);
    else if (drawableOf(this.active)) this.sheet.moveCross(by);
  }

  /** Set a point where the crosshair is. */
  setPoint(): void {
    const kind = drawableOf(this.active);
    if (kind) this.sheet.setPoint(kind);
  }

  /** Give up what is half drawn; else lay the tool down. */
  cancel(): void {
    if (!this.sheet.giveUp()) this.setTool('window');
  }

  private pane(name: string, caption: string): Pane {
    const pane = new Pane(this.engine, name, this.root, caption);
    pane.onRendered(() => this.sheet.drawOver(pane));
    handle(pane.element, {
      begin: (button, at, touch) => (pane.imageId ? this.begin(button, { pane, at, touch }) : null),
      pinch: (factor, at, by) => pane.imageId && pane.pinch(factor, at, by),
      wheel: (notches, at) => pane.imageId && pane.zoomBy(WHEEL_STEP ** -notches, at),
      hover: (at) => this.hover(pane, at),
    });
    return pane;
  }

  private openBeside(): Pane {
    this.root.classList.add('paired');
    return this.pane('beside', t.image.reference);
  }

  private closeBeside(): void {
    if (!this.beside) return;
    this.lens.home(this.main);
    this.pointer = null;
    this.sheet.forget(this.beside);
    this.beside.destroy();
    this.beside = null;
    this.root.classList.remove('paired');
    this.fit();
  }

  private begin(button: Button, { pane, at, touch }: Pointer): Stroke | null {
    if (button === 'middle') return panStroke(pane, at);
    if (button === 'right') return zoomStroke(pane, at);
    const kind = drawableOf(this.active);
    if (kind) return this.sheet.stroke(pane, kind, at);
    if (this.active === 'magnify') return this.lensStroke(pane, at, touch);
    if (this.active === 'pan') return panStroke(pane, at);
    return this.active === 'zoom' ? zoomStroke(pane, at) : windowStroke(pane, at);
  }

  private lensStroke(pane: Pane, start: Spot, touch: boolean): Stroke {
    const move = (at: Spot) => this.point({ pane, at, touch });
    const end = () => touch && this.point(null);
    move(start);
    return { move, end, undo: end };
  }

  private hover(pane: Pane, at: Spot | null): void {
    this.point(at && pane.imageId ? { pane, at, touch: false } : null);
    if (at && pane.imageId) this.sheet.hover(pane, at);
  }

  private point(pointer: Pointer | null): void {
    this.pointer = pointer;
    this.magnify();
  }

  /** The lens is over the pointer while its tool is taken. */
  private magnify(): void {
    const pointer = this.active === 'magnify' ? this.pointer : null;
    if ((pointer !== null) !== this.lens.on) this.changed.tell(['m', Number(pointer !== null)]);
    if (pointer) void this.lens.follow(pointer.pane, pointer.at, pointer.touch);
    else this.lens.lift();
  }

  private toggle(tool: Tool): void {
    this.lent = { tool: this.active, since: performance.now() };
    this.setTool(tool === this.active ? 'window' : tool);
  }

  private reset(): void {
    this.changes.follow(this.main.sight());
    for (const pane of this.panes()) pane.reset();
    this.changed.tell(['r']);
    this.changes.startAt(this.main.sight());
  }

  private clear(): void {
    this.changes.forget();
    this.lens.forget();
    this.sheet.clear();
    // A tool that draws would mark the next case by accident.
    if (drawableOf(this.active)) this.setTool('window');
  }

  private rendered(): void {
    if (this.main.imageId !== this.wanted) return;
    const sight = this.main.sight();
    this.changes.follow(sight);
    this.framed.tell(sight);
    if (this.lens.on) this.magnify();
  }

  /** Whenever the place on the page, or the number of pictures in it, is another than before. */
  private fit(): void {
    const { clientWidth, clientHeight } = this.root;
    const place = `${clientWidth} ${clientHeight} ${this.panes().length}`;
    if (clientWidth === 0 || clientHeight === 0 || place === this.place) return;
    this.place = place;
    this.engine.resize(true, true);
    for (const pane of this.panes()) pane.fit();
  }

  private panes(): readonly Pane[] {
    return this.beside ? [this.main, this.beside] : [this.main];
  }
}

class Listeners<T> {
  private readonly all: ((news: T) => void)[] = [];

  add(listener: (news: T) => void): void {
    this.all.push(listener);
  }

  tell(news: T): void {
    for (const listener of this.all) listener(news);
  }
}
