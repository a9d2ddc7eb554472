import { type Command, commandFor, type ViewCommand } from './keys';
import { layOut, type Parts } from './layout';
import { render } from './render';
import type { ReadingMachine, State } from './session';
import { type View, Viewer } from './viewer';

/** Where the page lives, from the data attributes of `#reading`. */
export interface Place {
  readonly session: string;
  readonly api: string;
  readonly home: string;
}

/** A wait shorter than this shows nothing: a flash of "Loading" would be the only thing seen. */
const PATIENCE_MS = 200;

/** The DOM side of the reading page: events in, state out. */
export class Page {
  private readonly parts: Parts;
  private viewer: Viewer | null = null;
  /** Position whose image is on the screen or on its way. */
  private position: number | null = null;
  private turned = 0;
  private lastName: State['name'] = 'loading';
  private curtainTimer = 0;

  constructor(
    root: HTMLElement,
    private readonly machine: ReadingMachine,
    private readonly place: Place,
  ) {
    this.parts = layOut(root);
    this.parts.leave.href = place.home;
    this.parts.home.href = place.home;
    this.parts.login.href = place.home;
    this.parts.screenLogin.href = window.location.href;
    this.bind();
    this.drop('Loading the session …');
  }

  async start(): Promise<void> {
    this.machine.subscribe((state) => this.follow(state));
    const [viewer] = await Promise.all([this.openViewer(), this.machine.load()]);
    this.viewer = viewer;
    this.showCurrent();
  }

  private async openViewer(): Promise<Viewer> {
    const dicomweb = new URL(`${this.place.api}sessions/${this.place.session}/dicomweb`, window.location.href);
    const viewer = await Viewer.create(this.parts.viewport, dicomweb.href);
    viewer.onFrame((view) => this.writeCorners(view));
    return viewer;
  }

  private bind(): void {
    const { parts, machine } = this;
    document.addEventListener('keydown', (event) => this.press(event));
    onClick(parts.answer, '[data-call]', ({ call }) =>
      this.run({ do: 'call', call: call as 'authentic' | 'synthetic' }),
    );
    onClick(parts.ticks, '[data-confidence]', ({ confidence }) => machine.setConfidence(Number(confidence)));
    onClick(parts.tools, '[data-view]', ({ view }) => this.run({ do: 'view', view: view as ViewCommand }));
    parts.confidence.addEventListener('input', () => machine.setConfidence(parts.confidence.valueAsNumber));
    parts.submit.addEventListener('click', () => this.submit());
    parts.proceed.addEventListener('click', () => machine.proceed());
    parts.retry.addEventListener('click', () => this.retry());
    parts.screenAction.addEventListener('click', () => void this.screenAction());
    parts.help.addEventListener('click', () => this.run({ do: 'help' }));
    parts.panel.addEventListener('click', (event) => this.giveFocusBack(event));
    window.addEventListener('online', () => void this.resend());
    window.addEventListener('focus', () => void this.resend());
    window.addEventListener('beforeunload', (event) => this.holdTheDoor(event));
  }

  private press(event: KeyboardEvent): void {
    const command = commandFor(event);
    if (!command) return;
    if (this.parts.dialog.open && command.do !== 'help') return;
    event.preventDefault();
    this.run(command);
  }

  private run(command: Command): void {
    const { machine } = this;
    if (command.do === 'call') machine.chooseCall(command.call as 'authentic' | 'synthetic');
    else if (command.do === 'digit') machine.setConfidence(command.digit === 0 ? 100 : command.digit * 10);
    else if (command.do === 'nudge') machine.nudgeConfidence(command.step);
    else if (command.do === 'submit') this.submit();
    else if (command.do === 'view') this.changeView(command.view);
    else if (command.do === 'help') this.toggleHelp();
  }

  /** Enter means "go on", whatever that is at the moment. */
  private submit(): void {
    const { state } = this.machine;
    if (state.name === 'reading' && state.problem?.kind === 'image') this.retry();
    else if (state.name === 'reading') this.submitOrSay();
    // A second, hasty Enter must not skip the answer before it is there.
    else if (state.name === 'feedback' && (state.feedback || state.problem)) this.machine.proceed();
    else if (state.name === 'unsent') this.retry();
    else if (!this.parts.screen.hidden && !this.parts.screenAction.hidden) void this.screenAction();
  }

  private submitOrSay(): void {
    const incomplete = this.machine.missing().length > 0;
    this.parts.hint.classList.toggle('insist', incomplete);
    if (!incomplete) void this.machine.submit();
  }

  private retry(): void {
    const { state } = this.machine;
    if (state.name === 'reading') {
      this.position = null;
      this.showCurrent();
    } else void this.machine.retry();
  }

  private async resend(): Promise<void> {
    if (this.machine.state.name === 'unsent') await this.machine.retry();
  }

  private async screenAction(): Promise<void> {
    if (this.machine.state.name === 'failed') return this.machine.retry();
    const code = await this.machine.startNext();
    if (code) window.location.assign(`${this.place.home}sessions/${encodeURIComponent(code)}/`);
  }

  private changeView(view: ViewCommand): void {
    if (!this.viewer || this.parts.viewport.dataset.rendered === undefined) return;
    this.viewer.perform(view);
    if (view !== 'pan') return;
    const button = this.parts.tools.querySelector<HTMLElement>('[data-view="pan"]');
    if (button) button.ariaPressed = String(this.viewer.leftDragPans);
  }

  private toggleHelp(): void {
    const { dialog } = this.parts;
    if (dialog.open) dialog.close();
    else dialog.showModal();
  }

  /** After a click with the mouse the keys belong to the page again; a keyboard user's focus stays. */
  private giveFocusBack(event: MouseEvent): void {
    if (event.detail > 0) this.parts.image.focus({ preventScroll: true });
  }

  private holdTheDoor(event: BeforeUnloadEvent): void {
    if (this.machine.state.name === 'unsent' || this.machine.state.name === 'submitting') event.preventDefault();
  }

  private follow(state: State): void {
    render(this.parts, state, this.machine.missing());
    const entered = state.name !== this.lastName;
    this.lastName = state.name;
    if (state.name === 'reading') this.showCurrent();
    if (state.name === 'failed') this.position = null;
    if (!entered) return;
    if (state.name === 'feedback') this.parts.image.focus({ preventScroll: true });
    if (state.name === 'finished' || state.name === 'failed') this.parts.screenTitle.focus();
  }

  /** Bring the image of the current case up, when it is not there already. */
  private showCurrent(): void {
    const { state } = this.machine;
    if (!this.viewer || state.name !== 'reading' || state.reading.position === this.position) return;
    this.turned = performance.now();
    this.position = state.reading.position;
    this.parts.hint.classList.remove('insist');
    this.parts.image.focus({ preventScroll: true });
    this.drop(`Loading case ${this.position} …`);
    void this.bringUp(this.viewer, state);
  }

  private async bringUp(viewer: Viewer, { reading, session }: Extract<State, { name: 'reading' }>): Promise<void> {
    try {
      if (!(await viewer.show(reading))) return;
      this.raise(reading.position);
      this.machine.imageShown(reading.position);
      void viewer.prefetch(session.readings.slice(1));
    } catch (error) {
      console.error(error);
      this.drop('');
      this.machine.imageFailed(reading.position);
    }
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
    this.parts.cornerWindow.textContent = `W ${width}   L ${level}`;
    this.parts.cornerZoom.textContent = `Zoom ${zoom.toFixed(2)}×`;
  }
}

function onClick(parent: HTMLElement, selector: string, act: (data: DOMStringMap) => void): void {
  parent.addEventListener('click', (event) => {
    const button = (event.target as Element).closest<HTMLElement>(selector);
    if (button) act(button.dataset);
  });
}
