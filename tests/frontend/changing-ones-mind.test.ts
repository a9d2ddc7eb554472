import { ApiError } from '@/api';
import { Computer, fillIn, openSession, readCase, settled, stateOf } from './bench';
import { CALL, question, StudyServer } from './study';

test('the last judgement is opened again with its answers, and stands until a new one is sent', async () => {
  const server = new StudyServer(3);
  const { machine } = await openSession(server);
  await readCase(machine, 'authentic', 30);
  await machine.undo();
  expect(stateOf(machine, 'reading')).toMatchObject({
    reading: { position: 1 },
    revising: true,
    draft: { call: 'authentic', confidence: 30 },
  });
  expect(server.judged.get(1)).toHaveLength(1);
  await readCase(machine, 'synthetic', 90);
  expect(server.judged.get(1)?.map(({ body }) => (body as { call: string }).call)).toEqual(['authentic', 'synthetic']);
  expect(stateOf(machine, 'reading')).toMatchObject({ reading: { position: 2 }, revising: false });
});

test('the time for it runs on a clock that cannot be set, and ends', async () => {
  const server = new StudyServer(3);
  const { machine, computer } = await openSession(server);
  expect(machine.times().undo).toBeNull();
  await readCase(machine);
  await computer.pass(20_000);
  computer.wallOff = -1_000_000;
  expect(machine.times().undo).toBe(40);
  await computer.pass(41_000);
  expect(machine.times().undo).toBe(0);
  await machine.undo();
  expect(stateOf(machine, 'reading').reading.position).toBe(2);
});

test('it is not offered where the phase allows none', async () => {
  const { machine } = await openSession(new StudyServer(3, { undo_seconds: 0 }));
  await readCase(machine);
  expect(machine.times().undo).toBeNull();
  await machine.undo();
  expect(stateOf(machine, 'reading').reading.position).toBe(2);
});

test('nor while the judgement is still on its way', async () => {
  const server = new StudyServer(3);
  const { machine } = await openSession(server);
  server.down = true;
  await readCase(machine);
  expect(machine.times().undo).toBeNull();
});

test('what was begun in the next case is there when the reader comes back to it', async () => {
  const server = new StudyServer(3);
  const { machine } = await openSession(server);
  await readCase(machine, 'authentic', 30);
  fillIn(machine, 'synthetic', 55);
  await machine.undo();
  await machine.leaveAsItWas();
  expect(stateOf(machine, 'reading')).toMatchObject({
    reading: { position: 2 },
    draft: { call: 'synthetic', confidence: 55 },
  });
  expect(server.judged.get(1)).toHaveLength(1);
});

test('nothing is offered to undo at the end of a session that tells its answers there', async () => {
  const { machine } = await openSession(new StudyServer(1, { feedback: 'at-end' }));
  await readCase(machine, 'authentic', 30);
  stateOf(machine, 'finished');
  expect(machine.times().undo).toBeNull();
});

test('the last case of a session without further questions can be undone as well', async () => {
  const server = new StudyServer(1);
  const { machine } = await openSession(server);
  await readCase(machine, 'authentic', 30);
  stateOf(machine, 'finished');
  await machine.undo();
  await readCase(machine, 'synthetic', 60);
  stateOf(machine, 'finished');
  expect(server.judged.get(1)).toHaveLength(2);
});

test('refused, the reader stays where they are and learns why', async () => {
  const server = new StudyServer(3);
  const { machine } = await openSession(server);
  await readCase(machine);
  server.faults = [new ApiError(409, 'The aid was shown.', server.snapshot())];
  await machine.undo();
  expect(stateOf(machine, 'reading')).toMatchObject({
    reading: { position: 2 },
    notice: { kind: 'not-reopened', detail: 'The aid was shown.' },
  });
});

test('after a reload in mid-revision the case is still open with what was changed', async () => {
  const server = new StudyServer(3);
  const computer = new Computer();
  const first = await computer.open(server);
  first.machine.begin();
  await readCase(first.machine, 'authentic', 30);
  await first.machine.undo();
  first.machine.setConfidence(45);
  await settled();
  computer.kill(first);
  const { machine } = await computer.open(server);
  expect(stateOf(machine, 'reading')).toMatchObject({ revising: true, draft: { call: 'authentic', confidence: 45 } });
});

test('a revision whose answer is lost is stored once', async () => {
  const server = new StudyServer(3);
  const { machine, computer } = await openSession(server);
  await readCase(machine, 'authentic', 30);
  await machine.undo();
  server.faults = ['answer lost'];
  await readCase(machine, 'synthetic', 90);
  stateOf(machine, 'submitting');
  await computer.pass(2_000);
  expect(stateOf(machine, 'reading').reading.position).toBe(2);
  expect(server.judged.get(1)).toHaveLength(2);
});

test('a reader who could not tell finds that again', async () => {
  const server = new StudyServer(3, { questions: [{ ...CALL, forced: false }] });
  const { machine } = await openSession(server);
  machine.imageShown(1);
  machine.chooseCall('cannot-tell');
  await machine.submit();
  await machine.undo();
  expect(stateOf(machine, 'reading').draft).toMatchObject({ call: 'cannot-tell', confidence: null });
});

test('earlier cases are open to the end of a phase that allows it, in any order', async () => {
  const server = new StudyServer(4, { revisit: true, questions: [CALL, question({})] });
  const { machine } = await openSession(server);
  for (let position = 1; position <= 3; position += 1) await readCase(machine, 'authentic', position);
  await machine.revisit(1);
  expect(stateOf(machine, 'reading')).toMatchObject({ reading: { position: 1 }, draft: { confidence: 1 } });
  await machine.revisit(3);
  expect(stateOf(machine, 'reading')).toMatchObject({ reading: { position: 3 }, draft: { confidence: 3 } });
  await readCase(machine, 'synthetic', 77);
  expect(stateOf(machine, 'reading').reading.position).toBe(4);
  expect(server.judged.get(3)).toHaveLength(2);
});

test('a case that was never judged cannot be revisited', async () => {
  const server = new StudyServer(4, { revisit: true });
  const { machine } = await openSession(server);
  await readCase(machine);
  await machine.revisit(3);
  expect(stateOf(machine, 'reading').reading.position).toBe(2);
});

test('the time on a case that is left to revise another one goes on where it stopped', async () => {
  const server = new StudyServer(3);
  const { machine, computer } = await openSession(server);
  await readCase(machine);
  fillIn(machine);
  await computer.pass(7_000);
  machine.viewed('z', 1.5);
  await machine.undo();
  await readCase(machine);
  expect(stateOf(machine, 'reading').reading.position).toBe(2);
  machine.imageShown(2);
  await computer.pass(4_000);
  expect(machine.times().active).toBe(11);
  await machine.submit();
  const body = server.judged.get(2)?.[0]?.body as { view_log: unknown[] };
  expect(body).toMatchObject({ seconds: 11 });
  expect(body.view_log).not.toEqual([]);
});

test('what was changed in a case that was left as it was is gone when it is opened again', async () => {
  const server = new StudyServer(3, { revisit: true });
  const { machine } = await openSession(server);
  await readCase(machine, 'authentic', 30);
  await machine.revisit(1);
  machine.chooseCall('synthetic');
  server.draftFaults = ['lost on the way'];
  await machine.leaveAsItWas();
  await machine.revisit(1);
  expect(stateOf(machine, 'reading').draft).toMatchObject({ call: 'authentic', confidence: 30 });
});

test('each judgement says which one of its case it is to be', async () => {
  const server = new StudyServer(3);
  const { machine } = await openSession(server);
  await readCase(machine);
  await machine.undo();
  await readCase(machine);
  expect(server.judged.get(1)?.map(({ body }) => (body as { revision: number }).revision)).toEqual([1, 2]);
});
