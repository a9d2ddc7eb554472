import type { Parts } from './layout';
import type { MarkShape } from './marks';
import { Markbook } from './panel/markbook';
import type { Machine, State } from './state';
import { t } from './texts';
import { type Crosshair, type Tool, type View, type ViewCommand, Viewer } from './viewer';
import type { MarkTool, Reading, Session, Uids } from './wire';

/** A wait shorter than this shows nothing: a flash of “Loading” would be the only thing seen. */
const PATIENCE_MS = 200;

type Shown = Extract<State, { reading: unknown }>;

/** The image side of the page: brings up what the machine is at, and hides it where nobody may look. */
export class Picture {
  readonly book = new Markbook();
  private viewer: Viewer | null = null;
  /** Position whose image is on the screen or on its way. */
  private position: number | null = null;
  /** It could not be loaded; it is tried again when the machine says no more that it failed. */
  private failed = false;
  private covered = false;
  private region = 'null';
  private turned = 0;
  private curtainTimer = 0;

  constructor(
    private readonly parts: Parts,
    private readonly machine: Machine,
    private readonly onTool: (tool: Tool) => void,
  ) {
    this.drop(t.image.loadingSession);
  }

  /** `dicomweb` is the absolute root of the session's images. */
  async open(dicomweb: string): Promise<void> {
    const viewer = await Viewer.create(this.parts.viewport, dicomweb);
    viewer.onFrame((view) => this.writeCorners(view));
    viewer.onChange(([code, ...numbers]) => this.machine.viewed(code, ...numbers));
    viewer.onMarks((shapes) => this.drawn(shapes));
    viewer.onTool((tool) => this.onTool(tool));
    this.viewer = viewer;
    this.onTool(viewer.tool);
    this.follow(this.machine.state);
  }

  get crosshair(): Crosshair {
    return this.viewer?.crosshair ?? 'no';
  }

  /** Keep the image in line with the state. */
  follow(state: State): void {
    this.cover(state.name === 'paused' || state.name === 'told' || state.name === 'display-check');
    if (state.name === 'told' || state.name === 'display-check') this.fetchAhead(state.session);
    if (state.name === 'finished' || state.name === 'failed' || state.name === 'end-questions') this.position = null;
    if (!('reading' in state)) return;
    if (state.name === 'reading') this.bringUpCurrent(state);
    this.showRegion(state);
    this.followMarks(state);
  }

  /** Load the current image again. */
  again(): void {
    this.position = null;
    this.follow(this.machine.state);
  }

  perform(command: ViewCommand): void {
    if (this.isShown) this.viewer?.perform(command);
  }

  /** Take a marking tool for a question, or lay it down. */
  mark(question: string, tool: MarkTool): void {
    if (!this.isShown || !this.viewer) return;
    const laysDown = this.viewer.tool === `mark-${tool}` && this.book.question === question;
    this.book.question = question;
    this.viewer.setTool(laysDown ? 'window' : `mark-${tool}`);
    this.onTool(this.viewer.tool);
    this.parts.image.focus({ preventScroll: true });
  }

  release(command: ViewCommand): void {
    this.viewer?.release(command);
  }

  removeMark(index: number): void {
    const id = this.book.idAt(index);
    if (id !== null) this.viewer?.removeMark(id);
  }

  moveCrosshair(by: readonly [number, number]): void {
    if (this.isShown) this.viewer?.moveCrosshair(by);
  }

  setPoint(): void {
    if (this.isShown) this.viewer?.setPoint();
  }

  cancel(): void {
    this.viewer?.cancel();
    this.parts.image.focus({ preventScroll: true });
  }

  private get isShown(): boolean {
    return this.parts.viewport.dataset.rendered !== undefined && !this.covered;
  }

  private fetchAhead(session: Session): void {
    if (this.position === null) void this.viewer?.prefetch(picturesOf(session.readings));
  }

  private bringUpCurrent(state: Extract<State, { name: 'reading' }>): void {
    const again = this.failed && state.problem === null;
    if (!this.viewer || (state.reading.position === this.position && !again)) return;
    this.failed = false;
    this.turned = performance.now();
    this.position = state.reading.position;
    this.parts.image.focus({ preventScroll: true });
    this.drop(t.image.loading(this.position));
    this.viewer.calibrate(state.session.spacing);
    void this.bringUp(this.viewer, state);
  }

  private async bringUp(viewer: Viewer, { reading, session }: Extract<State, { name: 'reading' }>): Promise<void> {
    const { position } = reading;
    try {
      viewer.setTool('window');
      const beside = viewer.showBeside(reading.companion);
      const [shown] = await Promise.all([viewer.show(reading), beside]);
      if (!shown || this.position !== position) return;
      this.region = '';
      const { state } = this.machine;
      if ('draft' in state) viewer.setMarks(this.book.open(state.draft.marks));
      this.raise(position);
      this.machine.imageShown(position);
      this.follow(this.machine.state);
      void viewer.prefetch(picturesOf(session.readings.slice(1)));
    } catch (error) {
      console.error(error);
      if (this.position !== position) return;
      this.drop('');
      this.machine.imageFailed(position);
      this.failed = true;
    }
  }

  private drawn(shapes: readonly MarkShape[]): void {
    const { state } = this.machine;
    if (state.name !== 'reading') return;
    const marks = this.book.drawn(shapes);
    const more = marks.length > state.draft.marks.length;
    if (more) this.parts.said.textContent = t.marks.added(marks.length);
    else if (marks.length < state.draft.marks.length) this.parts.said.textContent = t.marks.count(marks.length);
    this.machine.setMarks(marks);
  }

  /** Marks that came from elsewhere, such as another window's draft. */
  private followMarks({ draft, reading }: Shown): void {
    if (this.parts.viewport.dataset.rendered !== String(reading.position) || this.book.holds(draft.marks)) return;
    this.viewer?.setMarks(this.book.open(draft.marks));
  }

  private showRegion({ aid }: Shown): void {
    const region = aid.name === 'there' ? aid.aid.region : null;
    const now = JSON.stringify(region);
    if (now === this.region || !this.isShown) return;
    this.region = now;
    this.viewer?.showRegion(region);
  }

  private cover(covered: boolean): void {
    if (covered === this.covered) return;
    this.covered = covered;
    if (covered) this.viewer?.hide();
    else this.viewer?.reveal();
  }

  /** Nothing of the last case may be seen while the next one is on its way. */
  private drop(text: string): void {
    delete this.parts.viewport.dataset.rendered;
    this.parts.stage.classList.add('waiting');
    this.parts.curtainText.textContent = '';
    window.clearTimeout(this.curtainTimer);
    this.curtainTimer = window.setTimeout(() => {
      this.parts.curtainText.textContent = text;
    }, PATIENCE_MS);
  }

  private raise(position: number): void {
    window.clearTimeout(this.curtainTimer);
    this.parts.stage.classList.remove('waiting');
    if (performance.getEntriesByName('first-image').length === 0) performance.mark('first-image');
    else performance.measure('next-image', { start: this.turned, end: performance.now() });
    this.parts.viewport.dataset.rendered = String(position);
  }

  private writeCorners({ width, level, zoom }: View): void {
    this.parts.cornerWindow.textContent = t.image.window(width, level);
    this.parts.cornerZoom.textContent = t.image.zoom(zoom.toFixed(2));
  }
}

/** The images of cases, and those that are shown beside them. */
function picturesOf(readings: readonly Reading[]): Uids[] {
  return readings.flatMap((reading) => (reading.companion ? [reading, reading.companion] : [reading]));
}
