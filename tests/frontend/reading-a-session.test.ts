import { openSession, readCase, StudyServer, stateOf } from './study';

test('a session opens at its current case with an empty answer', async () => {
  const server = new StudyServer(3);
  server.done = 1;
  const { machine } = await openSession(server);
  const state = stateOf(machine, 'reading');
  expect(state.reading.position).toBe(2);
  expect(state.draft).toEqual({ call: null, confidence: null });
});

test('an answer is complete only with the image on the screen, a call and a confidence', async () => {
  const { machine } = await openSession(new StudyServer(1));
  expect(machine.missing()).toEqual(['image', 'call', 'confidence']);
  machine.imageShown(1);
  expect(machine.missing()).toEqual(['call', 'confidence']);
  machine.chooseCall('authentic');
  expect(machine.missing()).toEqual(['confidence']);
  machine.setConfidence(70);
  expect(machine.missing()).toEqual([]);
});

test('an incomplete answer is not sent', async () => {
  const server = new StudyServer(1);
  const { machine } = await openSession(server);
  machine.chooseCall('authentic');
  machine.setConfidence(70);
  await machine.submit();
  expect(server.received).toEqual([]);
  stateOf(machine, 'reading');
});

test('the frame of another case does not start the clock of this one', async () => {
  const { machine } = await openSession(new StudyServer(2));
  machine.imageShown(2);
  expect(machine.missing()).toContain('image');
});

test('reading time runs from the first frame to the submission', async () => {
  const server = new StudyServer(1);
  const { machine, bench } = await openSession(server);
  bench.now = 4_000;
  machine.imageShown(1);
  bench.now = 9_000;
  machine.imageShown(1); // a later frame, as after a resize
  bench.now = 16_345;
  machine.chooseCall('synthetic');
  machine.setConfidence(80);
  await machine.submit();
  expect(server.received[0]?.judgement).toEqual({
    call: 'synthetic',
    confidence: 80,
    seconds: 12.345,
    shown_at: '2026-03-24T00:00:04.000Z',
    submitted_at: '2026-03-24T00:00:16.345Z',
  });
});

test('the next case starts with an empty answer and its own clock', async () => {
  const server = new StudyServer(2);
  const { machine, bench } = await openSession(server);
  bench.now = 1_000;
  await readCase(machine);
  const state = stateOf(machine, 'reading');
  expect(state.reading.position).toBe(2);
  expect(state.draft).toEqual({ call: null, confidence: null });
  expect(machine.missing()).toContain('image');
  bench.now = 50_000;
  machine.imageShown(2);
  bench.now = 53_000;
  await readCase(machine);
  expect(server.received[1]?.judgement.seconds).toBe(3);
});

test('every judgement has a key of its own', async () => {
  const server = new StudyServer(3);
  const { machine } = await openSession(server);
  for (let position = 1; position <= 3; position += 1) await readCase(machine);
  expect(new Set(server.received.map(({ key }) => key)).size).toBe(3);
});

test('the session is finished after its last case', async () => {
  const { machine } = await openSession(new StudyServer(1));
  await readCase(machine);
  expect(stateOf(machine, 'finished').session.done).toBe(1);
});

test('a second submission while the first is under way is not sent', async () => {
  const server = new StudyServer(2);
  const { machine } = await openSession(server);
  machine.imageShown(1);
  machine.chooseCall('authentic');
  machine.setConfidence(10);
  await Promise.all([machine.submit(), machine.submit()]);
  expect(server.received).toHaveLength(1);
});

describe('confidence', () => {
  test.each([
    [0, 1],
    [-5, 1],
    [1, 1],
    [55.4, 55],
    [100, 100],
    [250, 100],
  ])('%d is taken as %d', async (given, taken) => {
    const { machine } = await openSession(new StudyServer(1));
    machine.setConfidence(given);
    expect(stateOf(machine, 'reading').draft.confidence).toBe(taken);
  });

  test('the arrow keys start in the middle and then step', async () => {
    const { machine } = await openSession(new StudyServer(1));
    machine.nudgeConfidence(-1);
    expect(stateOf(machine, 'reading').draft.confidence).toBe(50);
    machine.nudgeConfidence(-1);
    expect(stateOf(machine, 'reading').draft.confidence).toBe(49);
  });

  test('stepping stops at either end', async () => {
    const { machine } = await openSession(new StudyServer(1));
    machine.setConfidence(99);
    machine.nudgeConfidence(5);
    expect(stateOf(machine, 'reading').draft.confidence).toBe(100);
  });
});

test('an image that fails to load is told and blocks the submission until it is there', async () => {
  const server = new StudyServer(1);
  const { machine } = await openSession(server);
  machine.chooseCall('authentic');
  machine.setConfidence(20);
  machine.imageFailed(1);
  expect(stateOf(machine, 'reading').problem?.kind).toBe('image');
  await machine.submit();
  expect(server.received).toEqual([]);
  machine.imageShown(1);
  expect(stateOf(machine, 'reading').problem).toBeNull();
  expect(stateOf(machine, 'reading').draft).toEqual({ call: 'authentic', confidence: 20 });
});

test('whoever listens hears every state, and nothing after leaving', async () => {
  const { machine } = await openSession(new StudyServer(2));
  const heard: string[] = [];
  const leave = machine.subscribe(({ name }) => heard.push(name));
  await readCase(machine);
  expect(heard.slice(-2)).toEqual(['submitting', 'reading']);
  leave();
  const before = heard.length;
  machine.chooseCall('authentic');
  expect(heard).toHaveLength(before);
});
