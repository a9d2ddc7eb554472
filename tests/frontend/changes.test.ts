import { UPRIGHT } from '@/orientation';
import { Changes } from '@/viewer/changes';
import type { Sight } from '@/viewer/pane';
import type { ViewChange } from '@/viewer/tool';

const START: Sight = {
  width: 256,
  level: 128,
  zoom: 1,
  inverted: false,
  orientation: UPRIGHT,
  centre: [0.5, 0.5],
};

function told(...sights: Partial<Sight>[]): ViewChange[] {
  const all: ViewChange[] = [];
  const changes = new Changes((change) => all.push(change));
  changes.startAt(START);
  for (const sight of sights) changes.follow({ ...START, ...sight });
  return all;
}

test.each<[string, Partial<Sight>, ViewChange]>([
  ['the window', { width: 300, level: 90 }, ['w', 300, 90]],
  ['the zoom', { zoom: 1.2544 }, ['z', 1.25]],
  ['the middle of the view', { centre: [0.25, 0.66666] }, ['p', 0.25, 0.667]],
  ['inversion', { inverted: true }, ['i', 1]],
  ['orientation', { orientation: { rotation: 270, flipHorizontal: true, flipVertical: false } }, ['o', 270, 1, 0]],
])('%s is told in the numbers of the log', (_, sight, change) => {
  expect(told(sight)).toEqual([change]);
});

test('what changed at once is told at once, each by itself', () => {
  expect(told({ zoom: 2, centre: [0.4, 0.5] })).toEqual([
    ['z', 2],
    ['p', 0.4, 0.5],
  ]);
});

test('frames that show nothing new tell nothing', () => {
  expect(told({}, {}, { zoom: 1.001 }, { centre: [0.5001, 0.5] })).toEqual([]);
});

test('going there and back is two changes', () => {
  expect(told({ inverted: true }, { inverted: false })).toEqual([
    ['i', 1],
    ['i', 0],
  ]);
});

test('nothing is told between two images: the next one starts from how it is first seen', () => {
  const all: ViewChange[] = [];
  const changes = new Changes((change) => all.push(change));
  changes.follow(START);
  changes.startAt(START);
  changes.forget();
  changes.follow({ ...START, zoom: 5 });
  changes.startAt({ ...START, width: 4096 });
  changes.follow({ ...START, width: 4096 });
  expect(all).toEqual([]);
});
