import { ApiError } from '@/api';
import { openSession, readCase, StudyServer, stateOf } from './study';

test('the answer of a practice case is shown after the judgement, while the case is still on the screen', async () => {
  const { machine } = await openSession(new StudyServer(2, 'practice'));
  await readCase(machine, 'synthetic', 60);
  const state = stateOf(machine, 'feedback');
  expect(state.reading.position).toBe(1);
  expect(state.draft).toEqual({ call: 'synthetic', confidence: 60 });
  expect(state.feedback?.truth).toBe('synthetic');
});

test('going on leaves the answer behind', async () => {
  const { machine } = await openSession(new StudyServer(2, 'practice'));
  await readCase(machine);
  machine.proceed();
  expect(stateOf(machine, 'reading').reading.position).toBe(2);
  expect(JSON.stringify(machine)).not.toContain('uniform grain');
});

test('no answer is asked for where the phase gives none', async () => {
  const server = new StudyServer(2);
  const { machine } = await openSession(server);
  server.feedback = () => Promise.reject(new Error('asked for the truth of a blinded case'));
  await readCase(machine);
  stateOf(machine, 'reading');
});

test('when the answer cannot be had, the reader can ask again or go on', async () => {
  const server = new StudyServer(2, 'practice');
  const { machine } = await openSession(server);
  const answer = server.feedback.bind(server);
  server.feedback = () => Promise.reject(new ApiError(503, ''));
  await readCase(machine);
  expect(stateOf(machine, 'feedback').problem?.kind).toBe('unreachable');
  server.feedback = answer;
  await machine.retry();
  expect(stateOf(machine, 'feedback').feedback?.position).toBe(1);
  machine.proceed();
  expect(stateOf(machine, 'reading').reading.position).toBe(2);
});

test('an answer that comes after the reader has gone on is dropped', async () => {
  const server = new StudyServer(2, 'practice');
  const { machine } = await openSession(server);
  const { promise, resolve } = deferred<Awaited<ReturnType<typeof server.feedback>>>();
  server.feedback = () => promise;
  const reading = readCase(machine);
  await vi.waitUntil(() => machine.state.name === 'feedback');
  machine.proceed();
  resolve({ position: 1, truth: 'synthetic', correct: true, telltales: [], explanation: '' });
  await reading;
  expect(stateOf(machine, 'reading').reading.position).toBe(2);
});

test('a late answer is not shown as that of the next case', async () => {
  const server = new StudyServer(2, 'practice');
  const { machine } = await openSession(server);
  const answer = await server.feedback(1);
  const late = deferred<typeof answer>();
  server.feedback = () => late.promise;
  const first = readCase(machine);
  await vi.waitUntil(() => machine.state.name === 'feedback');
  machine.proceed();
  server.feedback = async (position) => ({ ...answer, position });
  await readCase(machine);
  late.resolve(answer);
  await first;
  expect(stateOf(machine, 'feedback').feedback?.position).toBe(2);
});

test('after the practice the next session can be started', async () => {
  const { machine } = await openSession(new StudyServer(1, 'practice'));
  await readCase(machine);
  machine.proceed();
  expect(stateOf(machine, 'finished').session.next_session).toBe(true);
  expect(await machine.startNext()).toBe('S2');
});

test('a refused start is told and can be tried again', async () => {
  const server = new StudyServer(1, 'practice');
  const { machine } = await openSession(server);
  await readCase(machine);
  machine.proceed();
  server.faults = [new ApiError(409, 'The next phase opens on 1 May.')];
  expect(await machine.startNext()).toBeNull();
  expect(stateOf(machine, 'finished').problem?.message).toBe('The next phase opens on 1 May.');
  expect(await machine.startNext()).toBe('S2');
});

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
