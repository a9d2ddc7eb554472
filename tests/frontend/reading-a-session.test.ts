import { Computer, openSession, readCase, settled, stateOf } from './bench';
import { StudyServer } from './study';

const EMPTY = { call: null, confidence: null, answers: {}, marks: [] };
const IMAGE = { what: 'image', question: '' };

test('a fresh session begins with what the reader is told, and a resumed one with its current case', async () => {
  const server = new StudyServer(3);
  const { machine } = await new Computer().open(server);
  expect(stateOf(machine, 'told').again).toBe(false);
  machine.begin();
  expect(stateOf(machine, 'reading').draft).toEqual(EMPTY);
  await readCase(machine);
  const resumed = await new Computer().open(server);
  expect(stateOf(resumed.machine, 'reading').reading.position).toBe(2);
});

test('an image that is there while the reader still reads the instructions starts the clock only afterwards', async () => {
  const server = new StudyServer(1);
  const computer = new Computer();
  const { machine } = await computer.open(server);
  machine.imageShown(1);
  await computer.pass(30_000);
  machine.begin();
  await computer.pass(4_000);
  expect(machine.missing()).not.toContainEqual(IMAGE);
  await readCase(machine);
  expect(server.received[0]?.body).toMatchObject({ seconds: 4, paused_seconds: 0 });
});

test('before the first session the display is checked', async () => {
  const server = new StudyServer(1);
  server.checked = false;
  const { machine } = await new Computer().open(server);
  stateOf(machine, 'display-check');
  const display = { width: 1920, height: 1080, pixel_ratio: 1, colour_depth: 24, confirmed: true };
  server.faults = ['lost on the way'];
  await machine.confirmDisplay(display);
  expect(stateOf(machine, 'display-check').problem?.kind).toBe('unreachable');
  await machine.confirmDisplay(display);
  stateOf(machine, 'told');
  expect(server.displays).toEqual([display]);
});

test('an answer is complete only with the image on the screen, a call and a confidence', async () => {
  const { machine } = await openSession(new StudyServer(1));
  expect(machine.missing()).toEqual([IMAGE, { what: 'question', question: 'call' }]);
  machine.imageShown(1);
  expect(machine.missing()).toEqual([{ what: 'question', question: 'call' }]);
  machine.chooseCall('authentic');
  expect(machine.missing()).toEqual([{ what: 'confidence', question: 'call' }]);
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
  expect(machine.missing()).toContainEqual(IMAGE);
});

test('reading time runs from the first frame to the submission', async () => {
  const server = new StudyServer(1);
  const { machine, computer } = await openSession(server);
  await computer.pass(4_000);
  machine.imageShown(1);
  await computer.pass(5_000);
  machine.imageShown(1); // a later frame, as after a resize
  await computer.pass(7_345);
  await readCase(machine);
  expect(server.received[0]?.body).toEqual({
    call: 'synthetic',
    revision: 1,
    confidence: 80,
    answers: {},
    marks: [],
    seconds: 12.345,
    paused_seconds: 0,
    hidden_seconds: 0,
    timed_out: false,
    view_log: [],
    shown_at: '2026-03-24T00:00:04.000Z',
    submitted_at: '2026-03-24T00:00:16.345Z',
  });
});

test('a wall clock that is set back in mid-case does not touch the reading time', async () => {
  const server = new StudyServer(1);
  const { machine, computer } = await openSession(server);
  machine.imageShown(1);
  computer.wallOff = -3_600_000;
  await computer.pass(5_000);
  await readCase(machine);
  expect(server.received[0]?.body).toMatchObject({ seconds: 5, submitted_at: '2026-03-23T23:00:05.000Z' });
});

test('a pause hides the case, stops its clock and is counted beside', async () => {
  const server = new StudyServer(1);
  const { machine, computer } = await openSession(server);
  machine.imageShown(1);
  await computer.pass(3_000);
  machine.pause();
  stateOf(machine, 'paused');
  machine.chooseCall('authentic');
  await computer.pass(600_000);
  machine.resume();
  expect(stateOf(machine, 'reading').draft).toEqual(EMPTY);
  await computer.pass(2_000);
  await readCase(machine);
  expect(server.received[0]?.body).toMatchObject({ seconds: 5, paused_seconds: 600 });
});

test('the instructions can be read again, and the clock stands still for as long', async () => {
  const server = new StudyServer(1);
  const { machine, computer } = await openSession(server);
  machine.imageShown(1);
  machine.showTold();
  expect(stateOf(machine, 'told').again).toBe(true);
  await computer.pass(9_000);
  machine.begin();
  await computer.pass(1_000);
  await readCase(machine);
  expect(server.received[0]?.body).toMatchObject({ seconds: 1, paused_seconds: 9 });
});

test('time in a hidden tab is counted beside, also when the tab was hidden before the case came', async () => {
  const server = new StudyServer(2);
  const { machine, computer } = await openSession(server);
  machine.imageShown(1);
  await computer.pass(2_000);
  machine.hide(true);
  await computer.pass(50_000);
  machine.hide(false);
  await computer.pass(1_000);
  await readCase(machine);
  machine.hide(true);
  machine.imageShown(2);
  await computer.pass(7_000);
  machine.hide(false);
  await readCase(machine);
  expect(server.received.map(({ body }) => body)).toMatchObject([
    { seconds: 3, hidden_seconds: 50 },
    { seconds: 0, hidden_seconds: 7 },
  ]);
});

test('what the reader does with the view goes along, with pauses and hidden spells', async () => {
  const server = new StudyServer(1);
  const { machine, computer } = await openSession(server);
  machine.viewed('w', 400, 40); // before the image: nothing was seen yet
  machine.imageShown(1);
  await computer.pass(1_000);
  machine.viewed('z', 1.5);
  machine.hide(true);
  await computer.pass(500);
  machine.hide(false);
  machine.pause();
  machine.viewed('i', 1); // nothing can be done behind a pause
  machine.resume();
  await readCase(machine);
  expect(server.received[0]?.body).toMatchObject({
    view_log: [
      [1000, 'z', 1.5],
      [1000, 'v', 1],
      [1500, 'v', 0],
      [1500, 'b', 1],
      [1500, 'b', 0],
    ],
  });
});

test('the next case starts with an empty answer and its own clock', async () => {
  const server = new StudyServer(2);
  const { machine, computer } = await openSession(server);
  await readCase(machine);
  const state = stateOf(machine, 'reading');
  expect(state.reading.position).toBe(2);
  expect(state.draft).toEqual(EMPTY);
  expect(machine.missing()).toContainEqual(IMAGE);
  await computer.pass(50_000);
  machine.imageShown(2);
  await computer.pass(3_000);
  await readCase(machine);
  expect(server.received[1]?.body).toMatchObject({ seconds: 3 });
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

test('the reader is not kept waiting for the server where the next image is open already', async () => {
  const server = new StudyServer(3);
  const { machine } = await openSession(server);
  const judge = server.judge.bind(server);
  let answer: () => void = () => {};
  server.judge = async (...given) => {
    await new Promise<void>((resolve) => {
      answer = resolve;
    });
    return judge(...given);
  };
  await readCase(machine);
  expect(stateOf(machine, 'reading')).toMatchObject({ reading: { position: 2 }, save: { kind: 'saving', pending: 1 } });
  expect(stateOf(machine, 'reading').session.done).toBe(1);
  answer();
  await settled();
  expect(stateOf(machine, 'reading').save).toMatchObject({ kind: 'saved', pending: 0 });
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

  test('the arrow keys start in the middle and then step, to either end', async () => {
    const { machine } = await openSession(new StudyServer(1));
    machine.nudgeConfidence(-1);
    expect(stateOf(machine, 'reading').draft.confidence).toBe(50);
    machine.nudgeConfidence(-1);
    expect(stateOf(machine, 'reading').draft.confidence).toBe(49);
    machine.setConfidence(99);
    machine.nudgeConfidence(5);
    expect(stateOf(machine, 'reading').draft.confidence).toBe(100);
  });

  test('a digit is a ten without a scale of points', async () => {
    const { machine } = await openSession(new StudyServer(1));
    machine.choosePoint(7);
    expect(stateOf(machine, 'reading').draft.confidence).toBe(70);
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
  expect(stateOf(machine, 'reading').draft).toEqual({ ...EMPTY, call: 'authentic', confidence: 20 });
});

test('whoever listens hears every state, and nothing after leaving', async () => {
  const { machine } = await openSession(new StudyServer(2));
  const heard: string[] = [];
  const leave = machine.subscribe(({ name }) => heard.push(name));
  await readCase(machine);
  expect(heard).toContain('submitting');
  expect(heard.at(-1)).toBe('reading');
  leave();
  const before = heard.length;
  machine.chooseCall('authentic');
  expect(heard).toHaveLength(before);
});

test('a break is suggested after so many minutes of reading, and again after as many', async () => {
  const { machine, computer } = await openSession(new StudyServer(2, { break_after_minutes: 30 }));
  machine.imageShown(1);
  await computer.pass(29 * 60_000);
  expect(machine.state.notice).toBeNull();
  await computer.pass(2 * 60_000);
  expect(machine.state.notice).toEqual({ kind: 'break', minutes: 30 });
  machine.dismiss();
  await computer.pass(20 * 60_000);
  machine.pause();
  machine.resume();
  await computer.pass(25 * 60_000);
  expect(machine.state.notice).toBeNull();
  await computer.pass(6 * 60_000);
  expect(machine.state.notice).toEqual({ kind: 'break', minutes: 30 });
});
