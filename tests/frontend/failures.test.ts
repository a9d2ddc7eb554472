import { ApiError } from '@/api';
import { type Fault, openSession, readCase, StudyServer, settled, stateOf } from './study';

const serverFault = new ApiError(503, '');

test.each<[string, Fault]>([
  ['lost on the way', 'lost on the way'],
  ['stored with its answer lost', 'answer lost'],
  ['met by a server fault', serverFault],
])('a judgement %s is sent again by itself and stored once', async (_, fault) => {
  const server = new StudyServer(2);
  const { machine, bench } = await openSession(server);
  server.faults = [fault];
  await readCase(machine, 'authentic', 35);
  expect(stateOf(machine, 'unsent').draft).toEqual({ call: 'authentic', confidence: 35 });
  await bench.ring();
  expect(stateOf(machine, 'reading').reading.position).toBe(2);
  expect(server.stored.size).toBe(1);
});

test('every repetition is the same judgement under the same key', async () => {
  const server = new StudyServer(1);
  const { machine, bench } = await openSession(server);
  server.faults = ['lost on the way', 'lost on the way', 'answer lost'];
  await readCase(machine);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    bench.now += 10_000;
    await bench.ring();
  }
  expect(server.received).toHaveLength(4);
  expect(new Set(server.received.map((submission) => JSON.stringify(submission))).size).toBe(1);
  stateOf(machine, 'finished');
});

test('repetitions grow rarer', async () => {
  const server = new StudyServer(1);
  const { machine, bench } = await openSession(server);
  server.faults = Array.from({ length: 7 }, () => serverFault);
  await readCase(machine);
  const waits: number[] = [];
  while (machine.state.name === 'unsent') waits.push(await bench.ring());
  expect(waits).toHaveLength(7);
  expect(waits).toEqual([...waits].sort((a, b) => a - b));
  expect(new Set(waits).size).toBeGreaterThan(3);
});

test('what may already be stored cannot be edited', async () => {
  const server = new StudyServer(1);
  const { machine } = await openSession(server);
  server.faults = ['answer lost'];
  await readCase(machine, 'authentic', 35);
  machine.chooseCall('synthetic');
  machine.setConfidence(99);
  expect(stateOf(machine, 'unsent').draft).toEqual({ call: 'authentic', confidence: 35 });
});

test('a reader who does not wait sends once, and the timer is called off', async () => {
  const server = new StudyServer(2);
  const { machine, bench } = await openSession(server);
  server.faults = ['lost on the way'];
  await readCase(machine);
  await machine.retry();
  expect(stateOf(machine, 'reading').reading.position).toBe(2);
  expect(bench.waiting).toEqual([]);
});

test('an expired login keeps the judgement until the reader is back', async () => {
  const server = new StudyServer(2);
  const { machine, bench } = await openSession(server);
  server.faults = [new ApiError(403, 'Authentication credentials were not provided.')];
  await readCase(machine);
  expect(stateOf(machine, 'unsent').problem.kind).toBe('login');
  expect(bench.waiting).toEqual([]);
  await machine.retry();
  expect(stateOf(machine, 'reading').reading.position).toBe(2);
  expect(server.stored.size).toBe(1);
});

test('a refused judgement can be corrected and goes out under a new key', async () => {
  const server = new StudyServer(2);
  const { machine } = await openSession(server);
  server.faults = [new ApiError(400, 'confidence: At most 100.')];
  await readCase(machine, 'synthetic', 80);
  const state = stateOf(machine, 'reading');
  expect(state.problem?.message).toBe('confidence: At most 100.');
  expect(state.draft).toEqual({ call: 'synthetic', confidence: 80 });
  machine.setConfidence(70);
  await machine.submit();
  expect(stateOf(machine, 'reading').reading.position).toBe(2);
  expect(server.received[0]?.key).not.toBe(server.received[1]?.key);
});

test('a case judged in another tab is left for the current one, and the reader is told', async () => {
  const server = new StudyServer(5);
  const { machine } = await openSession(server);
  server.done = 2;
  await readCase(machine);
  const state = stateOf(machine, 'reading');
  expect(state.reading.position).toBe(3);
  expect(state.notice).toContain('Case 1 was already judged');
  expect(state.draft).toEqual({ call: null, confidence: null });
});

test('the last case judged in another tab finishes the session', async () => {
  const server = new StudyServer(1);
  const { machine } = await openSession(server);
  server.done = 1;
  await readCase(machine);
  stateOf(machine, 'finished');
});

test('a conflict about the case that is still current is an earlier copy under way: it is sent again', async () => {
  const server = new StudyServer(2);
  const { machine, bench } = await openSession(server);
  server.faults = [new ApiError(409, 'In progress', server.snapshot())];
  await readCase(machine);
  stateOf(machine, 'unsent');
  await bench.ring();
  expect(stateOf(machine, 'reading').reading.position).toBe(2);
});

test('a session closed meanwhile says so', async () => {
  const server = new StudyServer(2);
  const { machine } = await openSession(server);
  server.faults = [new ApiError(404, 'Not found.')];
  await readCase(machine);
  expect(stateOf(machine, 'failed').problem.kind).toBe('closed');
});

test.each<[number, string]>([
  [403, 'login'],
  [404, 'closed'],
  [500, 'unreachable'],
  [429, 'unreachable'],
])('a session that answers %d at the start fails as %s and can be tried again', async (status, kind) => {
  const server = new StudyServer(1);
  server.faults = [new ApiError(status, '')];
  const { machine } = await openSession(server);
  expect(stateOf(machine, 'failed').problem.kind).toBe(kind);
  await machine.retry();
  stateOf(machine, 'reading');
});

test('a session without an open case is told, not shown empty', async () => {
  const server = new StudyServer(1);
  server.session = async () => ({ ...server.snapshot(), readings: [] });
  const { machine } = await openSession(server);
  expect(stateOf(machine, 'failed').problem.message).toContain('no case');
});

test('nothing is sent after the session has moved on', async () => {
  const server = new StudyServer(3);
  const { machine } = await openSession(server);
  await readCase(machine);
  await machine.retry();
  machine.proceed();
  await settled();
  expect(server.received).toHaveLength(1);
});
