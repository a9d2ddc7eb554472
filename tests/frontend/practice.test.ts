import { ApiError, NoAnswer } from '@/api';
import { openSession, readCase, settled, stateOf } from './bench';
import { StudyServer } from './study';

function practice(cases: number): StudyServer {
  return new StudyServer(cases, { practice: true, feedback: 'after-each' });
}

test('the answer of a practice case is shown after the judgement, while the case is still on the screen', async () => {
  const { machine } = await openSession(practice(2));
  await readCase(machine, 'synthetic', 60);
  const state = stateOf(machine, 'feedback');
  expect(state.reading.position).toBe(1);
  expect(state.draft).toMatchObject({ call: 'synthetic', confidence: 60 });
  expect(state.feedback?.truth).toBe('synthetic');
});

test('going on leaves the answer behind', async () => {
  const { machine } = await openSession(practice(2));
  await readCase(machine);
  machine.proceed();
  expect(stateOf(machine, 'reading').reading.position).toBe(2);
  expect(JSON.stringify(machine.state)).not.toContain('uniform grain');
});

test('no answer is asked for where the phase gives none', async () => {
  const server = new StudyServer(2);
  const { machine } = await openSession(server);
  server.feedback = () => Promise.reject(new Error('asked for the truth of a blinded case'));
  await readCase(machine);
  stateOf(machine, 'reading');
});

test('the answer waits until the judgement is on record', async () => {
  const server = practice(2);
  const { machine, computer } = await openSession(server);
  server.faults = ['lost on the way'];
  await readCase(machine);
  expect(stateOf(machine, 'submitting').save).toMatchObject({ kind: 'kept', pending: 1 });
  await computer.pass(2_000);
  stateOf(machine, 'feedback');
});

test('when the answer cannot be had, the reader can ask again or go on', async () => {
  const server = practice(2);
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

test('a late answer is not shown as that of the next case', async () => {
  const server = practice(2);
  const { machine } = await openSession(server);
  const answer = await server.feedback(1);
  let tell: (feedback: typeof answer) => void = () => {};
  server.feedback = () =>
    new Promise((resolve) => {
      tell = resolve;
    });
  await readCase(machine);
  machine.proceed();
  server.feedback = async (position) => ({ ...answer, position });
  await readCase(machine);
  tell(answer);
  await settled();
  expect(stateOf(machine, 'feedback').feedback?.position).toBe(2);
});

test('after the practice the next session can be started', async () => {
  const { machine } = await openSession(practice(1));
  await readCase(machine);
  machine.proceed();
  expect(stateOf(machine, 'finished').session.next_session).toBe(true);
  expect(await machine.startNext()).toBe('S2');
});

test('a refused start is told and can be tried again', async () => {
  const server = practice(1);
  const { machine } = await openSession(server);
  await readCase(machine);
  machine.proceed();
  server.faults = [new ApiError(409, 'The next part opens on 1 May.')];
  expect(await machine.startNext()).toBeNull();
  expect(stateOf(machine, 'finished').problem?.detail).toBe('The next part opens on 1 May.');
  expect(await machine.startNext()).toBe('S2');
});

test('a practice with a threshold ends with its result, which is asked for again where it could not be had', async () => {
  const server = new StudyServer(2, { practice: true, qualification_percent: 80 });
  const { machine } = await openSession(server);
  await readCase(machine);
  const qualification = server.qualification.bind(server);
  server.qualification = () => Promise.reject(new ApiError(503, ''));
  await readCase(machine);
  expect(stateOf(machine, 'finished')).toMatchObject({ qualification: null, problem: { kind: 'unreachable' } });
  server.qualification = qualification;
  await machine.retry();
  expect(stateOf(machine, 'finished')).toMatchObject({ qualification: { passed: true }, problem: null });
});

test('answers that are told at the end are there at the end, and not before', async () => {
  const server = new StudyServer(2, { practice: true, feedback: 'at-end' });
  const { machine } = await openSession(server);
  await readCase(machine);
  expect(JSON.stringify(machine.state)).not.toContain('uniform grain');
  await readCase(machine);
  expect(stateOf(machine, 'finished').answers).toHaveLength(2);
});

test('answers that could not be had at the end are asked for again by themselves', async () => {
  const server = new StudyServer(1, { feedback: 'at-end' });
  const { machine, computer } = await openSession(server);
  const all = server.allFeedback.bind(server);
  server.allFeedback = () => Promise.reject(new NoAnswer());
  await readCase(machine);
  expect(stateOf(machine, 'finished')).toMatchObject({ answers: null, problem: { kind: 'unreachable' } });
  server.allFeedback = all;
  await computer.pass(2_000);
  expect(stateOf(machine, 'finished')).toMatchObject({ answers: [{ position: 1 }], problem: null });
});
