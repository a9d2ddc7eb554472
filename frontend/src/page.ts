import { bindingsWith, type Command, commandFor, type Overrides, type ViewCommand } from './keys';
import { layOut, type Parts } from './layout';
import { unofferedIn } from './panel/offered';
import { QuestionForm } from './panel/questions';
import { showShortcuts } from './panel/shortcuts';
import { showKeys, showTool, showTools } from './panel/tools';
import type { Deeds } from './panel/widget';
import { Picture } from './picture';
import { Preferences } from './preferences';
import { askedNow, callQuestion } from './questions';
import { clearCase, missingWords, renderCase, renderHeader, renderNotice, renderTimes, saveWords } from './render';
import { ConflictDialog } from './screens/conflict';
import { KeysDialog } from './screens/keys';
import { LoginDialog } from './screens/login';
import { Screens } from './screens/screens';
import type { Machine, Missing, State } from './state';
import { t } from './texts';
import type { MarkTool, PhaseWire } from './wire';

/** Where the page lives, from the data attributes of `#reading`. */
export interface Place {
  readonly session: string;
  readonly api: string;
  readonly home: string;
  /** Who opened the page. */
  readonly user: string;
  /** Root of the images, where it is not that of the session. */
  readonly images?: string | undefined;
}

const SECOND_MS = 1000;
/** A second press of Enter so soon was meant for what has just gone. */
const HASTE_MS = 400;

/** The DOM side of the reading page: events in, state out. */
export class Page {
  private readonly parts: Parts;
  private readonly picture: Picture;
  private readonly login: LoginDialog;
  private readonly conflict: ConflictDialog;
  private readonly keys: KeysDialog;
  private readonly deeds: Deeds;
  private readonly screens: Screens;
  private readonly preferences: Preferences;
  private overrides: Overrides = {};
  private bindings = bindingsWith();
  private form: QuestionForm | null = null;
  private lastName: State['name'] = 'loading';
  /** The last case that the panel was about, and in which state. */
  private lastShown = '';
  private lastSave: State['save']['kind'] = 'saved';
  private wentOnAt = Number.NEGATIVE_INFINITY;

  constructor(
    root: HTMLElement,
    private readonly machine: Machine,
    private readonly place: Place,
  ) {
    this.parts = layOut(root);
    this.parts.leave.href = place.home;
    this.parts.rehearsal.hidden = place.images === undefined;
    this.deeds = deedsOf(machine, () => this.submit());
    this.screens = new Screens(this.parts, machine, {
      deeds: this.deeds,
      home: place.home,
      missing: () => machine.missing(),
      goToNext: () => void this.goToNext(),
    });
    this.picture = new Picture(this.parts, machine, (tool) => this.followTool(tool));
    this.login = new LoginDialog(place.user, (password) => void machine.logIn(password));
    this.conflict = new ConflictDialog(
      () => machine.keepMine(),
      () => machine.takeTheirs(),
    );
    this.preferences = new Preferences(place.api);
    this.keys = new KeysDialog({}, (overrides) => this.keepKeys(overrides));
    root.append(this.login.element, this.conflict.element, this.keys.element);
    showTools(this.parts.tools, (command) => this.view(command));
    this.bind();
  }

  async start(): Promise<void> {
    this.machine.subscribe((state) => this.follow(state));
    window.setInterval(() => this.showTimes(this.machine.state), SECOND_MS);
    void this.preferences.keys().then((overrides) => this.useKeys(overrides));
    const { api, session, images = `${api}sessions/${session}/dicomweb` } = this.place;
    const dicomweb = new URL(images, window.location.href);
    await Promise.all([this.picture.open(dicomweb.href), this.machine.load()]);
  }

  private bind(): void {
    const { parts, machine } = this;
    document.addEventListener('keydown', (event) => this.press(event));
    document.addEventListener('input', () => this.takeTime());
    document.addEventListener('click', (event) => this.stopSecondClick(event), { capture: true });
    document.addEventListener('keyup', (event) => this.letGo(event));
    parts.submit.addEventListener('click', () => this.submit());
    parts.retry.addEventListener('click', () => this.retry());
    parts.leaveRevision.addEventListener('click', () => void machine.leaveAsItWas());
    parts.undo.addEventListener('click', () => void machine.undo());
    parts.pause.addEventListener('click', () => machine.pause());
    parts.told.addEventListener('click', () => machine.showTold());
    parts.help.addEventListener('click', () => this.keys.toggle());
    parts.fullScreen.addEventListener('click', () => void toggleFullScreen());
    parts.panel.addEventListener('click', (event) => this.giveFocusBack(event));
    parts.tools.addEventListener('click', (event) => this.giveFocusBack(event));
    parts.earlier.addEventListener('submit', (event) => this.revisit(event));
    document.addEventListener('fullscreenchange', () => this.followFullScreen());
    window.addEventListener('beforeunload', (event) => this.holdTheDoor(event));
  }

  private press(event: KeyboardEvent): void {
    if (event.key !== 'Enter') this.takeTime();
    if (document.querySelector('dialog[open]')) {
      this.pressInDialog(event);
      return;
    }
    const command = commandFor(event, this.bindings, this.picture.crosshair);
    if (!command) return;
    event.preventDefault();
    if (this.screens.isUp) this.runOnScreen(command);
    else this.run(command);
  }

  /** The second half of a double click must not work what the first half has brought up in its place. */
  private stopSecondClick(event: MouseEvent): void {
    const goes = (event.target as Element).closest?.('[data-go], [data-part=submit], [data-part^=undo]');
    if (event.detail > 1 && goes) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else if (!goes) this.takeTime();
  }

  /** Something else was done: what comes now is meant. */
  private takeTime(): void {
    this.wentOnAt = Number.NEGATIVE_INFINITY;
  }

  /** Whether this case was just come to by Enter, and nothing was done in it since. */
  private get isHasty(): boolean {
    return performance.now() - this.wentOnAt < HASTE_MS;
  }

  /** A tool that was only lent while its key was held goes back. */
  private letGo(event: KeyboardEvent): void {
    const command = commandFor(event, this.bindings);
    if (command?.do === 'view') this.picture.release(command.view);
  }

  private pressInDialog(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.key !== '?' || !this.keys.element.open) return;
    this.keys.toggle();
  }

  private run(command: Command): void {
    const { machine, picture } = this;
    if (command.do === 'call') this.call(command.call);
    else if (command.do === 'digit') this.form?.digit(command.digit);
    else if (command.do === 'nudge') machine.nudgeConfidence(command.step);
    else if (command.do === 'view') this.view(command.view);
    else if (command.do === 'crosshair') picture.moveCrosshair(command.by);
    else this.deed(command.do);
  }

  private deed(deed: Exclude<Command['do'], 'call' | 'digit' | 'nudge' | 'view' | 'crosshair'>): void {
    const { machine, picture } = this;
    const deeds: Record<typeof deed, () => void> = {
      submit: () => this.submit(),
      undo: () => void machine.undo(),
      earlier: () => this.step(-1),
      later: () => this.step(1),
      pause: () => machine.pause(),
      told: () => machine.showTold(),
      panel: () => this.focusPanel(),
      'full-screen': () => void toggleFullScreen(),
      help: () => this.keys.toggle(),
      point: () => picture.setPoint(),
      cancel: () => picture.cancel(),
    };
    deeds[deed]();
  }

  /** On a screen in place of the image: Enter goes on, and so does Space where there is nothing else to do. */
  private runOnScreen(command: Command): void {
    const { name } = this.machine.state;
    const goes = command.do === 'submit' || (name === 'paused' && (command.do === 'view' || command.do === 'pause'));
    if (goes && !this.isHasty) this.screens.goOn();
    else if (command.do === 'digit') this.screens.digit(command.digit);
    else if (command.do === 'undo') void this.machine.undo();
    else if (command.do === 'help') this.keys.toggle();
    else if (command.do === 'full-screen') void toggleFullScreen();
  }

  private call(call: 'authentic' | 'synthetic' | 'cannot-tell'): void {
    const question = this.form?.widgets.find((widget) => widget.question.kind === 'call')?.question;
    if (question && (call !== 'cannot-tell' || !question.forced)) this.machine.chooseCall(call);
  }

  private view(command: ViewCommand): void {
    if (!command.startsWith('mark-')) {
      this.picture.perform(command);
      return;
    }
    const tool = command.slice('mark-'.length) as MarkTool;
    const asked = this.form?.marks.filter(({ element }) => !element.hidden) ?? [];
    const widget = asked.find(({ question }) => question.tools.includes(tool));
    if (widget) this.picture.mark(widget.question.name, tool);
  }

  /** Enter means “go on”, whatever that is at the moment. */
  private submit(): void {
    const { state } = this.machine;
    if (state.name === 'reading' && state.problem?.kind === 'image') this.retry();
    else if (state.name === 'reading' || state.name === 'end-questions') this.submitOrSay();
    // A second, hasty Enter must not skip the answer before it is there.
    else if (state.name === 'feedback' && (state.feedback || state.problem)) this.machine.proceed();
    else if (state.login.needed) this.login.open();
    else void this.machine.retry();
  }

  private submitOrSay(): void {
    const missing = this.machine.missing();
    this.insist(missing);
    if (missing.length > 0) this.say(this.missing());
    else if (!this.isHasty) {
      this.wentOnAt = performance.now();
      void this.machine.submit();
    }
  }

  /** Point at what is missing, until it is there. */
  private insist(missing: readonly Missing[]): void {
    this.form?.insist(new Set(missing.map(({ question }) => question)));
    this.screens.insist();
    this.parts.hint.classList.toggle('insist', missing.length > 0);
  }

  private missing(): string {
    const { state } = this.machine;
    if (!('session' in state)) return '';
    const { questions, end_questions } = state.session.phase;
    return missingWords(this.machine.missing(), state.name === 'end-questions' ? end_questions : questions);
  }

  private retry(): void {
    const { state } = this.machine;
    if (state.name === 'reading' && state.problem?.kind === 'image') this.picture.again();
    else void this.machine.retry();
  }

  private async goToNext(): Promise<void> {
    const code = await this.machine.startNext();
    if (code) window.location.assign(`${this.place.home}sessions/${encodeURIComponent(code)}/`);
  }

  private revisit(event: Event): void {
    event.preventDefault();
    void this.machine.revisit(Number(this.parts.earlierChoice.value));
  }

  /** To the nearest case before or after this one that may be opened again. */
  private step(by: 1 | -1): void {
    const { state } = this.machine;
    if (state.name !== 'reading') return;
    const { position } = state.reading;
    const there = state.session.earlier.filter((other) => (other - position) * by > 0);
    const next = by < 0 ? Math.max(...there) : Math.min(...there);
    if (Number.isFinite(next)) void this.machine.revisit(next);
  }

  private focusPanel(): void {
    const [first] = this.machine.missing().filter(({ what }) => what === 'question' || what === 'confidence');
    this.form?.focus(first?.question);
  }

  /** After a click with the mouse the keys belong to the page again; a keyboard user's focus stays. */
  private giveFocusBack(event: MouseEvent): void {
    const button = (event.target as Element).closest('button, .question label');
    const typing = document.activeElement?.matches('input[type=text], textarea, select');
    if (event.detail > 0 && button && !typing) this.parts.image.focus({ preventScroll: true });
  }

  private holdTheDoor(event: BeforeUnloadEvent): void {
    const { save } = this.machine.state;
    if (!save.durable && (save.pending > 0 || save.draft !== 'saved')) event.preventDefault();
  }

  private useKeys(overrides: Overrides): void {
    this.overrides = overrides;
    this.bindings = bindingsWith(overrides);
    this.keys.show(overrides);
    showKeys(this.parts.tools, overrides);
    showShortcuts(this.parts.questions, overrides);
  }

  private async keepKeys(overrides: Overrides): Promise<boolean> {
    this.useKeys(overrides);
    const kept = await this.preferences.keepKeys(overrides);
    if (kept) this.useKeys(kept);
    return kept !== null;
  }

  private followTool(tool: Parameters<typeof showTool>[1]): void {
    showTool(this.parts.tools, tool);
    for (const widget of this.form?.marks ?? []) widget.showTool(tool, this.picture.book.question);
  }

  private followFullScreen(): void {
    const full = document.fullscreenElement !== null;
    this.parts.fullScreen.ariaPressed = String(full);
    this.parts.fullScreen.textContent = full ? t.header.leaveFullScreen : t.header.fullScreen;
  }

  private follow(state: State): void {
    const { parts, machine } = this;
    renderHeader(parts, state);
    renderNotice(parts, state, machine, () => this.login.open());
    this.login.show(state.login);
    this.conflict.show(
      state.name === 'reading' ? state.conflict : null,
      'reading' in state ? state.reading.position : 0,
    );
    this.screens.follow(state);
    this.showTimes(state);
    if ('reading' in state && state.name !== 'paused') this.followCase(state);
    else if (!('reading' in state)) clearCase(parts);
    this.picture.follow(state);
    this.announce(state);
    const entered = state.name !== this.lastName;
    this.lastName = state.name;
    if (entered && (state.name === 'feedback' || state.name === 'reading')) parts.image.focus({ preventScroll: true });
  }

  private showTimes(state: State): void {
    const times = this.machine.times();
    renderTimes(this.parts, state, times);
    this.screens.tick(times);
  }

  private followCase(state: Extract<State, { reading: unknown }>): void {
    const { parts, machine } = this;
    const { questions } = state.session.phase;
    this.form ??= this.formOf(state.session.phase);
    const asked = new Set(askedNow(questions, state.draft).map(({ name }) => name));
    this.form.show(state.draft, asked, state.name === 'reading');
    renderCase(parts, state, machine);
    this.beginAtTheTop(state);
    if (parts.hint.classList.contains('insist')) this.insist(state.name === 'reading' ? machine.missing() : []);
  }

  private formOf(phase: PhaseWire): QuestionForm {
    const form = new QuestionForm(this.parts.questions, phase.questions, this.deeds, {
      take: (question, tool) => this.picture.mark(question, tool),
      reason: (index, reason) => this.machine.setMarks(this.picture.book.reasoned(index, reason)),
      remove: (index) => this.picture.removeMark(index),
    });
    this.keys.offer(unofferedIn(phase), callQuestion(phase.questions) !== null);
    showShortcuts(this.parts.questions, this.overrides);
    return form;
  }

  /** A panel that was scrolled for one case would hide the next one's first question; a small page, its image. */
  private beginAtTheTop({ name, reading, revising }: Extract<State, { reading: unknown }>): void {
    const shown = `${reading.position} ${revising} ${name === 'feedback'}`;
    if (shown === this.lastShown) return;
    this.lastShown = shown;
    this.parts.sheet.scrollTop = 0;
    window.scrollTo(0, 0);
  }

  /** Only what a reader must know at once is said aloud: not every save, but each loss and return of the server. */
  private announce({ save }: State): void {
    const changed = save.kind !== this.lastSave && (save.kind === 'kept' || this.lastSave === 'kept');
    if (changed && save.kind !== 'saving') this.say(saveWords(save));
    if (save.kind !== 'saving') this.lastSave = save.kind;
  }

  private say(words: string): void {
    this.parts.said.textContent = words;
  }
}

function deedsOf(machine: Machine, submit: () => void): Deeds {
  return {
    call: (call) => machine.chooseCall(call),
    confidence: (value) => machine.setConfidence(value),
    point: (point) => machine.choosePoint(point),
    answer: (question, value) => machine.answer(question, value),
    submit,
  };
}

async function toggleFullScreen(): Promise<void> {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await document.documentElement.requestFullscreen().catch(() => undefined);
}
