import { ofCase, ReadingClock, seconds } from '@/clock';
import { drawing } from './drawing';

let now: number;
let clock: ReadingClock;

beforeEach(() => {
  now = 1_000_000;
  clock = new ReadingClock(() => now);
});

const pass = (ms: number) => {
  now += ms;
};

test('nothing is counted before the first image', () => {
  pass(5_000);
  clock.pause(true);
  pass(5_000);
  expect(clock.read()).toEqual({ active: 0, paused: 0, hidden: 0 });
  expect(clock.running).toBe(false);
});

test('active, paused and hidden time are told apart', () => {
  clock.start();
  pass(1_000);
  clock.pause(true);
  pass(2_000);
  clock.pause(false);
  pass(4_000);
  clock.hide(true);
  pass(8_000);
  clock.hide(false);
  pass(16_000);
  expect(clock.read()).toEqual({ active: 21_000, paused: 2_000, hidden: 8_000 });
  expect(clock.elapsed()).toBe(31_000);
});

test('a pause in a hidden tab is a pause', () => {
  clock.start();
  clock.pause(true);
  clock.hide(true);
  pass(60_000);
  expect(clock.read()).toEqual({ active: 0, paused: 60_000, hidden: 0 });
});

test('a computer that slept was not read at, while a long look is time as any other', () => {
  clock.start();
  for (let beat = 0; beat < 300; beat += 1) {
    pass(1_000);
    clock.read();
  }
  expect(clock.read()).toEqual({ active: 300_000, paused: 0, hidden: 0 });
  pass(3_600_000);
  expect(clock.read()).toEqual({ active: 300_000, paused: 0, hidden: 3_600_000 });
});

test('after a reload it goes on from what was spent before', () => {
  const later = new ReadingClock(() => now, { active: 7_000, paused: 500, hidden: 250 });
  pass(9_000);
  later.start();
  pass(1_000);
  expect(later.read()).toEqual({ active: 8_000, paused: 500, hidden: 250 });
});

test('starting a second time changes nothing', () => {
  clock.start();
  pass(3_000);
  clock.start();
  expect(clock.read().active).toBe(3_000);
});

test.each(Array.from({ length: 50 }, (_, seed) => seed))('no time is lost or counted twice (seed %d)', (seed) => {
  const { below, among } = drawing(seed);
  clock.start();
  let passed = 0;
  for (let step = 0; step < 100; step += 1) {
    const ms = below(200_000);
    pass(ms);
    passed += ms;
    among([() => clock.pause(below(2) === 0), () => clock.hide(below(2) === 0), () => clock.read(), () => clock.start()])();
  }
  const { active, paused, hidden } = clock.read();
  expect(active + paused + hidden).toBe(passed);
  expect(Math.min(active, paused, hidden)).toBeGreaterThanOrEqual(0);
});

test('seconds are told to the millisecond', () => {
  expect(seconds(12_345.6)).toBe(12.346);
});

test('a page left open over a long holiday says a week, which is as much as the server takes', () => {
  expect(ofCase(3_000)).toBe(3);
  expect(ofCase(30 * 86_400_000)).toBe(604_800);
});
