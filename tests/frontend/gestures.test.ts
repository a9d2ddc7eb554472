import type { Spot } from '@/viewer/camera';
import { type Button, handle } from '@/viewer/gestures';

/** An element at (10, 20) on the page that hears events without a browser around it. */
class Element extends EventTarget {
  readonly captured: number[] = [];

  getBoundingClientRect() {
    return { left: 10, top: 20 };
  }

  setPointerCapture(id: number): void {
    this.captured.push(id);
  }
}

function hands(busy = true) {
  const element = new Element();
  const heard: unknown[][] = [];
  handle(element as unknown as HTMLElement, {
    begin: (button: Button, at: Spot, touch: boolean) => {
      heard.push(['begin', button, at, touch]);
      return busy
        ? {
            move: (spot) => heard.push(['move', spot]),
            end: (spot) => heard.push(['end', spot]),
            undo: () => heard.push(['undo']),
          }
        : null;
    },
    pinch: (factor, at, by) => heard.push(['pinch', factor, at, by]),
    wheel: (notches, at) => heard.push(['wheel', notches, at]),
    hover: (at) => heard.push(['hover', at]),
  });
  const tell = (name: string, x: number, y: number, more: object = {}) => {
    const event = new Event(name, { cancelable: true });
    const usual = { clientX: x + 10, clientY: y + 20, button: 0, pointerId: 1, pointerType: 'mouse' };
    element.dispatchEvent(Object.assign(event, usual, more));
    return event;
  };
  const finger = (name: string, id: number, x: number, y: number) =>
    tell(name, x, y, { pointerType: 'touch', pointerId: id });
  return { element, heard, tell, finger };
}

test('a drag is told from where it began, in pixels from the corner of the picture', () => {
  const { element, heard, tell } = hands();
  tell('pointerdown', 5, 6);
  tell('pointermove', 8, 9);
  tell('pointerup', 9, 9);
  expect(heard).toEqual([
    ['begin', 'left', [5, 6], false],
    ['move', [8, 9]],
    ['end', [9, 9]],
  ]);
  expect(element.captured, 'so that it goes on beyond the edge').toEqual([1]);
});

test.each<[number, Button]>([
  [0, 'left'],
  [1, 'middle'],
  [2, 'right'],
])('button %i is the %s one', (button, name) => {
  const { heard, tell } = hands();
  tell('pointerdown', 0, 0, { button });
  expect(heard).toEqual([['begin', name, [0, 0], false]]);
});

test('the buttons for back and forward are left to the browser', () => {
  const { heard, tell } = hands();
  for (const button of [3, 4]) tell('pointerdown', 0, 0, { button });
  expect(heard).toEqual([]);
});

test('without a button the mouse hovers, until it leaves', () => {
  const { heard, tell } = hands();
  tell('pointermove', 1, 2);
  tell('pointerleave', 0, 0);
  expect(heard).toEqual([
    ['hover', [1, 2]],
    ['hover', null],
  ]);
});

test('where there is nothing to drag, nothing is dragged', () => {
  const { heard, tell } = hands(false);
  tell('pointerdown', 5, 6);
  tell('pointermove', 8, 9);
  tell('pointerup', 9, 9);
  expect(heard).toEqual([['begin', 'left', [5, 6], false]]);
});

test('what the system breaks off is undone', () => {
  const { heard, tell } = hands();
  tell('pointerdown', 0, 0);
  tell('pointercancel', 3, 3);
  expect(heard.at(-1)).toEqual(['undo']);
});

describe('fingers', () => {
  test('a second finger undoes what the first began, and both pinch', () => {
    const { heard, finger } = hands();
    finger('pointerdown', 1, 0, 0);
    finger('pointerdown', 2, 100, 0);
    finger('pointermove', 2, 200, 0);
    expect(heard).toEqual([
      ['begin', 'left', [0, 0], true],
      ['undo'],
      ['pinch', 2, [50, 0], [50, 0]],
    ]);
  });

  test('steps of a pinch make up the whole of it', () => {
    const { heard, finger } = hands();
    finger('pointerdown', 1, 100, 100);
    finger('pointerdown', 2, 200, 100);
    for (let step = 1; step <= 10; step++) {
      finger('pointermove', 1, 100 - 5 * step, 100 + step);
      finger('pointermove', 2, 200 + 5 * step, 100 + step);
    }
    const pinches = heard.filter(([what]) => what === 'pinch') as [string, number, Spot, Spot][];
    expect(pinches.reduce((all, [, factor]) => all * factor, 1)).toBeCloseTo(2);
    expect(pinches.reduce((all, [, , , by]) => all + by[1], 0)).toBeCloseTo(10);
    expect(pinches.reduce((all, [, , , by]) => all + by[0], 0)).toBeCloseTo(0);
  });

  test('the one that stays after a pinch does nothing: it was not meant to', () => {
    const { heard, finger } = hands();
    finger('pointerdown', 1, 0, 0);
    finger('pointerdown', 2, 100, 0);
    finger('pointerup', 2, 100, 0);
    heard.length = 0;
    finger('pointermove', 1, 50, 50);
    finger('pointerup', 1, 50, 50);
    expect(heard).toEqual([]);
  });

  test('a third finger changes nothing', () => {
    const { heard, finger } = hands();
    for (const id of [1, 2, 3]) finger('pointerdown', id, 100 * id, 0);
    heard.length = 0;
    finger('pointermove', 3, 0, 0);
    expect(heard).toEqual([]);
  });
});

describe('the wheel', () => {
  test.each<[string, object, number]>([
    ['in pixels', { deltaY: -100, deltaMode: 0 }, -1],
    ['in lines', { deltaY: 6, deltaMode: 1 }, 2],
    ['as touchpads report a pinch', { deltaY: -5, deltaMode: 0, ctrlKey: true }, -0.5],
  ])('%s is told in notches, and the page does not scroll or zoom', (_, event, notches) => {
    const { heard, tell } = hands();
    expect(tell('wheel', 3, 4, event).defaultPrevented).toBe(true);
    expect(heard).toEqual([['wheel', notches, [3, 4]]]);
  });
});

test('no menu opens over the image, by the right button or a long press, and the middle button does not scroll', () => {
  const { tell } = hands();
  expect(tell('contextmenu', 0, 0).defaultPrevented).toBe(true);
  expect(tell('mousedown', 0, 0, { button: 1 }).defaultPrevented).toBe(true);
  expect(tell('mousedown', 0, 0).defaultPrevented, 'the left button gives the image the focus').toBe(false);
});
