import type { Parts } from '@/layout';
import type { Deeds } from '@/panel/widget';
import type { Machine, Missing, State, Times } from '@/state';
import { displayScreen } from './display';
import { endScreen } from './end';
import { failedScreen } from './failed';
import { finishedScreen } from './finished';
import { pauseScreen } from './pause';
import type { View } from './screen';
import { toldScreen } from './told';

/** What the screens need of the page. */
export interface Surroundings {
  readonly deeds: Deeds;
  readonly home: string;
  missing(): readonly Missing[];
  goToNext(): void;
}

/** The screens that stand in place of image and panel, one at a time. */
export class Screens {
  private view: View<never> | null = null;
  private name = '';

  constructor(
    private readonly parts: Parts,
    private readonly machine: Machine,
    private readonly around: Surroundings,
  ) {}

  /** Whether one is up. */
  get isUp(): boolean {
    return this.view !== null;
  }

  /** Bring the screen of the state up, or in line with it. */
  follow(state: State): void {
    const entered = state.name !== this.name;
    if (entered) this.change(state.name);
    this.view?.show(state as never);
    if (!entered) return;
    this.parts.screen.querySelector<HTMLElement>('[data-focus]')?.focus();
    this.parts.screen.scrollTop = 0;
  }

  /** Press the button that leads on, where there is one. */
  goOn(): void {
    this.parts.screen.querySelector<HTMLElement>('[data-go]')?.click();
  }

  tick(times: Times): void {
    this.view?.tick?.(times);
  }

  digit(digit: number): void {
    this.view?.digit?.(digit);
  }

  insist(): void {
    this.view?.insist?.();
  }

  private change(name: State['name']): void {
    const { parts } = this;
    this.name = name;
    this.view = this.viewOf(name);
    parts.screen.replaceChildren(...(this.view ? [this.view.element] : []));
    parts.screen.hidden = this.view === null;
    for (const part of [parts.stage, parts.panel, parts.tools]) {
      part.inert = this.view !== null;
      part.classList.toggle('covered', this.view !== null);
    }
  }

  private viewOf(name: State['name']): View<never> | null {
    const { machine, around } = this;
    const undo = () => void machine.undo();
    const views: Partial<Record<State['name'], () => View<never>>> = {
      'display-check': () => displayScreen((display) => void machine.confirmDisplay(display)),
      told: () => toldScreen(() => machine.begin()),
      paused: () => pauseScreen(() => machine.resume()),
      'end-questions': () => endScreen(around.deeds, undo, () => around.missing()),
      finished: () => finishedScreen(() => around.goToNext(), undo, around.home),
      failed: () => failedScreen(() => void machine.retry(), around.home),
    };
    return views[name]?.() ?? null;
  }
}
