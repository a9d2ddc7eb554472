import { Enums, type RenderingEngine, type StackViewport } from '@cornerstonejs/core';
import { orient, type Spot, shift } from './camera';
import type { Pane } from './pane';

const MAGNIFICATION = 2.5;
const NAME = 'lens';

/** A round lens over a picture: the same image in the same window, larger, in its own pixels. */
export class Lens {
  private readonly frame = document.createElement('div');
  private readonly viewport: StackViewport;
  private shown = '';
  /** Whether a picture is being magnified. */
  on = false;

  constructor(engine: RenderingEngine, host: HTMLElement) {
    this.frame.className = 'lens';
    host.append(this.frame);
    engine.enableElement({ viewportId: NAME, element: this.frame, type: Enums.ViewportType.STACK });
    this.viewport = engine.getStackViewport(NAME) as StackViewport;
    this.frame.removeAttribute('tabindex');
  }

  /** Magnify what lies under `at`, a place on the pane; `above` moves the lens out from under a finger. */
  async follow(pane: Pane, at: Spot, above: boolean): Promise<void> {
    const { imageId } = pane;
    this.on = true;
    if (this.frame.parentElement !== pane.element) pane.element.append(this.frame);
    const { offsetWidth, offsetHeight } = this.frame;
    this.frame.style.left = `${at[0] - offsetWidth / 2}px`;
    this.frame.style.top = `${at[1] - offsetHeight / (above ? 0.8 : 2)}px`;
    if (this.shown !== imageId) {
      this.shown = imageId;
      await this.viewport.setStack([imageId]);
    }
    if (this.on && this.viewport.getCurrentImageId() === imageId) this.aim(pane, at);
  }

  lift(): void {
    this.on = false;
    this.frame.classList.remove('on');
  }

  /** Let go of the image. */
  forget(): void {
    this.lift();
    this.shown = '';
  }

  /** Back over another picture, before the one it is over goes. */
  home(pane: Pane): void {
    this.forget();
    pane.element.append(this.frame);
  }

  private aim(pane: Pane, at: Spot): void {
    const { viewport } = this;
    const { voiRange, invert = false } = pane.viewport.getProperties();
    if (voiRange) viewport.setProperties({ voiRange });
    viewport.setProperties({ invert });
    viewport.resetCamera();
    orient(viewport, pane.sight().orientation);
    const { parallelScale = 1 } = pane.viewport.getCamera();
    const share = this.frame.clientHeight / pane.viewport.element.clientHeight;
    viewport.setCamera({ parallelScale: (parallelScale * share) / MAGNIFICATION });
    const middle: Spot = [this.frame.clientWidth / 2, this.frame.clientHeight / 2];
    shift(viewport, pane.viewport.canvasToWorld([...at]), viewport.canvasToWorld([...middle]));
    viewport.render();
    this.frame.classList.add('on');
  }
}
