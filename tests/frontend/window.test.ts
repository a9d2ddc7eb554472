import { rangeOf, windowOf } from '@/window';

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

describe('the window of a picture that comes without one', () => {
  it('reaches from the darkest to the brightest grey value of an even ramp, less half a percent at either end', () => {
    const { windowWidth, windowCenter } = windowOf(Uint16Array.from(range(1000, 3000)));
    expect(windowCenter - 0.5 - (windowWidth - 1) / 2).toBe(1010);
    expect(windowCenter - 0.5 + (windowWidth - 1) / 2).toBe(2990);
  });

  it('is not set by a few dead pixels and markers', () => {
    const pixels = new Uint16Array(10_000).fill(500);
    pixels.set(range(400, 600), 100);
    pixels[0] = 65_535;
    pixels[1] = 0;
    const { windowWidth, windowCenter } = windowOf(pixels);
    expect(windowWidth).toBeLessThan(200);
    expect(Math.abs(windowCenter - 500)).toBeLessThan(60);
  });

  it('is never narrower than two grey values, so that a flat picture can be shown', () => {
    expect(windowOf(new Uint8Array(64)).windowWidth).toBe(2);
  });

  it('does not depend on where in the picture a grey value is', () => {
    const ramp = range(0, 4096);
    expect(windowOf(Uint16Array.from(ramp).reverse())).toEqual(windowOf(Uint16Array.from(ramp)));
  });
});

describe('the window of the full range', () => {
  it('reaches from the darkest to the brightest pixel, however few they are', () => {
    const pixels = new Uint16Array(10_000).fill(500);
    pixels[0] = 4095;
    pixels[1] = 7;
    const { windowWidth, windowCenter } = rangeOf(pixels);
    expect(windowCenter - 0.5 - (windowWidth - 1) / 2).toBe(7);
    expect(windowCenter - 0.5 + (windowWidth - 1) / 2).toBe(4095);
  });

  it('is never narrower than two grey values, and that of bytes where there is no picture', () => {
    expect(rangeOf(new Uint8Array(64)).windowWidth).toBe(2);
    expect(rangeOf([])).toEqual({ windowWidth: 256, windowCenter: 128 });
  });
});
