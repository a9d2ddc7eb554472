import { ApiError } from '@/api';
import { Computer, fillIn, openSession, readCase, settled, stateOf } from './bench';
import { CALL, question, StudyServer } from './study';

describe('sequential aid', () => {
  async function open() {
    const server = new StudyServer(4, { aid: 'sequential' });
    server.aided = new Set([2, 4]);
    return { server, ...(await openSession(server)) };
  }

  test('comes with the second reading of a case, after one’s own judgement is on record', async () => {
    const { server, machine } = await open();
    expect(stateOf(machine, 'reading').aid).toEqual({ name: 'none' });
    await readCase(machine);
    const state = stateOf(machine, 'reading');
    expect(state.reading).toMatchObject({ position: 2, aided: true });
    expect(state.aid).toMatchObject({ name: 'there', aid: { score: 0.7 } });
    expect(server.keys).toHaveLength(1);
  });

  test('is not asked for before that, so the reader waits where the network is gone', async () => {
    const { server, machine, computer } = await open();
    server.down = true;
    await readCase(machine);
    expect(stateOf(machine, 'submitting')).toMatchObject({ reading: { position: 1 }, save: { kind: 'kept' } });
    server.down = false;
    await computer.pass(2_000);
    expect(stateOf(machine, 'reading').aid.name).toBe('there');
  });

  test('that cannot be had holds the second judgement back until it is there', async () => {
    const { server, machine } = await open();
    const aid = server.aid.bind(server);
    server.aid = () => Promise.reject(new ApiError(503, ''));
    await readCase(machine);
    fillIn(machine, 'authentic', 20);
    expect(machine.missing()).toEqual([{ what: 'aid', question: '' }]);
    await machine.submit();
    expect(server.keys).toHaveLength(1);
    server.aid = aid;
    await machine.retry();
    expect(machine.missing()).toEqual([]);
    await machine.submit();
    expect(server.keys).toHaveLength(2);
  });

  test('that could not be had is asked for again by itself', async () => {
    const { server, machine, computer } = await open();
    const aid = server.aid.bind(server);
    server.aid = () => Promise.reject(new ApiError(503, ''));
    await readCase(machine);
    await computer.pass(5_000);
    expect(stateOf(machine, 'reading').aid.name).toBe('failed');
    server.aid = aid;
    await computer.pass(2_000);
    expect(stateOf(machine, 'reading').aid.name).toBe('there');
  });

  test('on the screen seals one’s own judgement, which is no more offered for undo', async () => {
    const { machine } = await open();
    await readCase(machine);
    expect(stateOf(machine, 'reading').reading.position).toBe(2);
    expect(machine.times().undo).toBeNull();
    await readCase(machine);
    expect(stateOf(machine, 'reading').reading.position).toBe(3);
    expect(machine.times().undo).toBeGreaterThan(0);
  });

  test('of one case is gone with it', async () => {
    const { machine } = await open();
    await readCase(machine);
    await readCase(machine);
    expect(stateOf(machine, 'reading')).toMatchObject({ reading: { position: 3 }, aid: { name: 'none' } });
    expect(JSON.stringify(machine.state)).not.toContain('0.7');
  });
});

describe('concurrent aid', () => {
  test('comes with each case', async () => {
    const server = new StudyServer(2, { aid: 'concurrent' });
    server.aided = new Set([1, 2]);
    const { machine } = await openSession(server);
    await settled();
    expect(stateOf(machine, 'reading').aid.name).toBe('there');
    await readCase(machine);
    expect(stateOf(machine, 'reading')).toMatchObject({ reading: { position: 2 }, aid: { name: 'there' } });
  });
});

describe('a hard time limit', () => {
  const OPEN = question({ name: 'notes', required: true });
  const limited = () =>
    new StudyServer(3, { time_limit: 'hard', time_limit_seconds: 30, questions: [CALL, OPEN] });

  test('sends what is there when it is over, and goes on', async () => {
    const server = limited();
    const { machine, computer } = await openSession(server);
    machine.imageShown(1);
    machine.answer('notes', 'too smooth');
    await computer.pass(20_000);
    expect(machine.times().remaining).toBe(10);
    await computer.pass(11_000);
    expect(stateOf(machine, 'reading')).toMatchObject({
      reading: { position: 2 },
      notice: { kind: 'timed-out', position: 1 },
    });
    expect(server.judged.get(1)?.[0]?.body).toMatchObject({
      call: null,
      confidence: null,
      answers: { notes: 'too smooth' },
      timed_out: true,
      seconds: 30,
    });
  });

  test('that nobody was there to see ends in a pause: one case is lost by it, and not all of them', async () => {
    const server = limited();
    const { machine, computer } = await openSession(server);
    machine.imageShown(1);
    await computer.pass(31_000);
    expect(stateOf(machine, 'paused')).toMatchObject({
      reading: { position: 2 },
      notice: { kind: 'timed-out', position: 1, empty: true },
    });
    machine.imageShown(2);
    await computer.pass(600_000);
    expect(server.judged.size).toBe(1);
    machine.resume();
    expect(stateOf(machine, 'reading').reading.position).toBe(2);
    expect(machine.times().remaining).toBe(30);
  });

  test('begins with the image, and rests with a pause', async () => {
    const server = limited();
    const { machine, computer } = await openSession(server);
    await computer.pass(60_000);
    machine.imageShown(1);
    await computer.pass(10_000);
    machine.pause();
    await computer.pass(90_000);
    machine.resume();
    await computer.pass(10_000);
    expect(stateOf(machine, 'reading').reading.position).toBe(1);
    expect(machine.times().remaining).toBe(10);
  });

  test('is not begun anew by a reload', async () => {
    const server = limited();
    const computer = new Computer();
    const killed = await computer.open(server);
    killed.machine.begin();
    killed.machine.imageShown(1);
    await computer.pass(25_000);
    computer.kill(killed);
    const { machine } = await computer.open(server);
    machine.imageShown(1);
    expect(machine.times().remaining).toBe(5);
  });
});

test('a soft time limit is told, and nothing is sent for it', async () => {
  const server = new StudyServer(2, { time_limit: 'soft', time_limit_seconds: 30 });
  const { machine, computer } = await openSession(server);
  machine.imageShown(1);
  await computer.pass(45_000);
  expect(machine.times().remaining).toBe(0);
  expect(stateOf(machine, 'reading').reading.position).toBe(1);
  await readCase(machine);
  expect(server.judged.get(1)?.[0]?.body).toMatchObject({ timed_out: false, seconds: 45 });
});

test('the reading time of a session goes on after a reload, and a break is reckoned from there', async () => {
  const server = new StudyServer(3, { break_after_minutes: 1 });
  const computer = new Computer();
  const killed = await computer.open(server);
  killed.machine.begin();
  killed.machine.imageShown(1);
  await computer.pass(30_000);
  await readCase(killed.machine);
  killed.machine.imageShown(2);
  await computer.pass(20_000);
  server.down = true;
  await readCase(killed.machine);
  killed.machine.imageShown(3);
  await computer.pass(5_000);
  computer.kill(killed);
  server.down = false;
  const { machine } = await computer.open(server);
  expect(machine.times().session).toBe(55);
  machine.imageShown(3);
  await computer.pass(10_000);
  expect(machine.times().session).toBe(65);
  expect(stateOf(machine, 'reading').notice).toBeNull();
});

test('the reading time of a session is that of its cases, without pauses', async () => {
  const { machine, computer } = await openSession(new StudyServer(3));
  machine.imageShown(1);
  await computer.pass(10_000);
  await readCase(machine);
  machine.imageShown(2);
  machine.pause();
  await computer.pass(100_000);
  machine.resume();
  await computer.pass(5_000);
  expect(machine.times()).toMatchObject({ active: 5, session: 15 });
});
