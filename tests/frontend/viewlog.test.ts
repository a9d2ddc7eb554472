import { ViewLog } from '@/viewlog';
import { drawing } from './drawing';

test('of a drag the last value of every quarter of a second is kept', () => {
  const log = new ViewLog();
  for (let ms = 0; ms < 1_000; ms += 10) log.add(ms, 'w', 400 + ms, 40);
  expect(log.entries()).toEqual([
    [0, 'w', 640, 40],
    [250, 'w', 890, 40],
    [500, 'w', 1140, 40],
    [750, 'w', 1390, 40],
  ]);
});

test('zoom and pan of one movement are coalesced each for itself', () => {
  const log = new ViewLog();
  for (let ms = 0; ms < 200; ms += 10) {
    log.add(ms, 'z', 1 + ms / 1000);
    log.add(ms, 'p', ms, 0);
  }
  expect(log.entries()).toEqual([
    [0, 'z', 1.19],
    [0, 'p', 190, 0],
  ]);
});

test('what happens at once is kept each time, and parts the drags around it', () => {
  const log = new ViewLog();
  log.add(0, 'w', 400, 40);
  log.add(20, 'i', 1);
  log.add(30, 'i', 0);
  log.add(40, 'w', 500, 40);
  log.add(50, 'r');
  expect(log.entries().map(([, code]) => code)).toEqual(['w', 'i', 'i', 'w', 'r']);
});

test('numbers are kept to three digits behind the point', () => {
  const log = new ViewLog();
  log.add(12.7, 'p', 0.123456, -0.98765);
  expect(log.entries()).toEqual([[13, 'p', 0.123, -0.988]]);
});

test('after a reload it goes on', () => {
  const log = new ViewLog([[5, 'i', 1]]);
  log.add(9_000, 'i', 0);
  expect(log.entries()).toEqual([
    [5, 'i', 1],
    [9_000, 'i', 0],
  ]);
});

test.each(Array.from({ length: 8 }, (_, seed) => seed))('hours of looking stay within the limits (seed %d)', (seed) => {
  const { below, among, next } = drawing(seed);
  const log = new ViewLog();
  let ms = 0;
  let inverted = 0;
  for (let event = 0; event < 20_000; event += 1) {
    ms += below(2_000);
    const code = among(['w', 'z', 'p', 'w', 'z', 'p', 'w', 'i']);
    if (code === 'i') inverted += 1;
    if (code === 'i') log.add(ms, 'i', below(2));
    else log.add(ms, code, next() * 5_000, next() * 5_000);
  }
  const entries = log.entries();
  expect(entries.length).toBeLessThanOrEqual(2_000);
  expect(JSON.stringify(entries).length).toBeLessThanOrEqual(64 * 1024);
  expect(entries.map(([at]) => at)).toEqual(entries.map(([at]) => at).sort((a, b) => a - b));
  expect(entries.filter(([, code]) => code === 'i').length).toBeGreaterThan(Math.min(inverted, 2_000) / 2);
});

test('a log that is full of discrete events keeps the earliest and takes no more', () => {
  const log = new ViewLog();
  for (let event = 0; event < 5_000; event += 1) log.add(event, 'i', event % 2);
  expect(log.entries()).toHaveLength(2_000);
  expect(log.entries()[0]).toEqual([0, 'i', 0]);
  log.add(9_999, 'r');
  expect(log.entries()).toHaveLength(2_000);
});

test('of the flowing entries those that are left are spread over the whole time', () => {
  const log = new ViewLog();
  for (let second = 0; second < 8_000; second += 1) log.add(second * 1_000, 'w', second, 0);
  const times = log.entries().map(([ms]) => ms);
  expect(times[0]).toBe(0);
  expect(times.at(-1)).toBeGreaterThan(7_980_000);
  expect(log.entries().at(-1)?.[2]).toBe(7_999);
  const gaps = times.slice(1).map((ms, at) => ms - (times[at] ?? 0));
  expect(Math.max(...gaps)).toBeLessThanOrEqual(16_000);
});
