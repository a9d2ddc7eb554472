import { ApiError } from '@/api';
import { Computer, fillIn, openSession, readCase, settled, stateOf } from './bench';
import { CALL, type Fault, question, StudyServer } from './study';

const serverFault = new ApiError(503, '');
const OPEN = question({ name: 'unusual', kind: 'open' });

test.each<[string, Fault]>([
  ['lost on the way', 'lost on the way'],
  ['stored with its answer lost', 'answer lost'],
  ['met by a server fault', serverFault],
  ['met by a server that is too busy', new ApiError(429, '')],
])('a judgement %s is sent again by itself and stored once, while the reader goes on', async (_, fault) => {
  const server = new StudyServer(2);
  const { machine, computer } = await openSession(server);
  server.faults = [fault];
  await readCase(machine, 'authentic', 35);
  expect(stateOf(machine, 'reading')).toMatchObject({ reading: { position: 2 }, save: { kind: 'kept', pending: 1 } });
  await computer.pass(1_500);
  expect(machine.state.save).toMatchObject({ kind: 'saved', pending: 0 });
  expect(server.keys).toHaveLength(1);
  expect(server.judged.get(1)?.[0]?.body).toMatchObject({ call: 'authentic', confidence: 35 });
});

test('every repetition is the same judgement under the same key', async () => {
  const server = new StudyServer(1);
  const { machine, computer } = await openSession(server);
  server.faults = ['lost on the way', 'lost on the way', 'answer lost'];
  await readCase(machine);
  await computer.pass(30_000);
  expect(server.received).toHaveLength(4);
  expect(new Set(server.received.map((submission) => JSON.stringify(submission))).size).toBe(1);
  stateOf(machine, 'finished');
});

test('repetitions grow rarer, and never stop', async () => {
  const server = new StudyServer(1);
  const { machine, computer } = await openSession(server);
  server.down = true;
  await readCase(machine);
  const times: number[] = [];
  for (let second = 0; second < 150; second += 1) {
    const before = server.received.length;
    await computer.pass(1_000);
    if (server.received.length > before) times.push(second);
  }
  const waits = times.map((time, at) => time - (times[at - 1] ?? -1));
  expect(waits).toEqual([...waits].sort((a, b) => a - b));
  expect(waits.at(-1)).toBe(30);
  server.down = false;
  await computer.pass(31_000);
  stateOf(machine, 'finished');
});

test('offline, a reader goes on as far as images are open, and all is delivered in order', async () => {
  const server = new StudyServer(6);
  const { machine, computer } = await openSession(server);
  server.down = true;
  await readCase(machine, 'authentic', 10);
  await readCase(machine, 'synthetic', 20);
  await readCase(machine, 'authentic', 30);
  expect(stateOf(machine, 'submitting')).toMatchObject({ reading: { position: 3 }, save: { kind: 'kept', pending: 3 } });
  server.down = false;
  await machine.retry();
  await settled();
  expect(stateOf(machine, 'reading').reading.position).toBe(4);
  expect([...server.judged.keys()]).toEqual([1, 2, 3]);
  expect([...server.judged.values()].map(([first]) => (first?.body as { confidence: number }).confidence)).toEqual([
    10, 20, 30,
  ]);
  expect(computer.now).toBe(0);
});

test('what is asked at the end is known once the last case is on record, and answered offline is kept', async () => {
  const server = new StudyServer(1, { end_questions: [OPEN] });
  const { machine } = await openSession(server);
  expect(stateOf(machine, 'reading').session.phase.end_questions).toEqual([]);
  server.down = true;
  await readCase(machine);
  expect(stateOf(machine, 'submitting').save).toMatchObject({ kind: 'kept', pending: 1 });
  server.down = false;
  await machine.retry();
  stateOf(machine, 'end-questions');
  server.down = true;
  machine.answer('unusual', 'Some looked drawn.');
  void machine.submit();
  await settled();
  expect(stateOf(machine, 'end-questions')).toMatchObject({ sending: true, save: { kind: 'kept', pending: 1 } });
  server.down = false;
  await machine.retry();
  stateOf(machine, 'finished');
  expect(server.ended?.body).toEqual({ unusual: 'Some looked drawn.' });
});

test('what may already be stored cannot be edited', async () => {
  const server = new StudyServer(1);
  const { machine } = await openSession(server);
  server.faults = ['answer lost'];
  await readCase(machine, 'authentic', 35);
  machine.chooseCall('synthetic');
  machine.setConfidence(99);
  expect(stateOf(machine, 'submitting').draft).toMatchObject({ call: 'authentic', confidence: 35 });
});

test('an expired login keeps the judgement; logged in again in place, the reader goes on where they were', async () => {
  const server = new StudyServer(3);
  const { machine } = await openSession(server);
  server.loggedIn = false;
  await readCase(machine);
  expect(machine.state.login.needed).toBe(true);
  expect(stateOf(machine, 'reading').reading.position).toBe(2);
  machine.chooseCall('authentic');
  await machine.logIn('wrong');
  expect(machine.state.login).toEqual({
    needed: true,
    trying: false,
    problem: { kind: 'refused', detail: 'Wrong password.' },
  });
  await machine.logIn('right');
  expect(machine.state.login).toEqual({ needed: false, trying: false, problem: null });
  expect(stateOf(machine, 'reading').draft.call).toBe('authentic');
  expect(server.keys).toHaveLength(1);
});

test('a login that expired in mid-case shows as soon as a draft is saved', async () => {
  const server = new StudyServer(3);
  const { machine, computer } = await openSession(server);
  server.loggedIn = false;
  machine.chooseCall('synthetic');
  await computer.pass(1_000);
  expect(machine.state.login.needed).toBe(true);
  await machine.logIn('right');
  await settled();
  expect(server.drafts.get(1)?.body).toMatchObject({ call: 'synthetic' });
  expect(machine.state.save.draft).toBe('saved');
});

test('a refused judgement comes back with everything that was entered, and goes out mended before the next', async () => {
  const server = new StudyServer(3);
  const { machine } = await openSession(server);
  server.faults = [new ApiError(400, 'confidence: At most 70.')];
  await readCase(machine, 'synthetic', 80);
  const state = stateOf(machine, 'reading');
  expect(state.notice).toEqual({ kind: 'sent-back', position: 1, detail: 'confidence: At most 70.' });
  expect(state.reading.position).toBe(1);
  expect(state.draft).toMatchObject({ call: 'synthetic', confidence: 80 });
  machine.imageShown(1);
  machine.setConfidence(70);
  await machine.submit();
  expect(stateOf(machine, 'reading').reading.position).toBe(2);
  expect(server.judged.get(1)?.[0]?.body).toMatchObject({ confidence: 70 });
  expect(server.received[0]?.key).not.toBe(server.received[1]?.key);
});

test('a refusal found only after the reader has gone on does not lose what was entered since', async () => {
  const server = new StudyServer(4);
  const { machine } = await openSession(server);
  server.down = true;
  await readCase(machine, 'synthetic', 80);
  await readCase(machine, 'authentic', 20);
  machine.chooseCall('synthetic');
  server.down = false;
  server.faults = [new ApiError(400, 'confidence: At most 70.')];
  await machine.retry();
  expect(stateOf(machine, 'reading')).toMatchObject({ reading: { position: 1 }, draft: { confidence: 80 } });
  machine.imageShown(1);
  machine.setConfidence(70);
  await machine.submit();
  await settled();
  expect([...server.judged.keys()]).toEqual([1, 2]);
  expect(stateOf(machine, 'reading')).toMatchObject({ reading: { position: 3 }, draft: { call: 'synthetic' } });
});

test('a case judged on another computer is left for the current one, and the reader is told what was not taken', async () => {
  const server = new StudyServer(5);
  const { machine } = await openSession(server);
  const other = await openSession(server);
  await readCase(other.machine, 'synthetic', 99);
  await readCase(other.machine, 'synthetic', 98);
  await readCase(machine, 'authentic', 5);
  const state = stateOf(machine, 'reading');
  expect(state.reading.position).toBe(3);
  expect(state.notice).toMatchObject({ kind: 'judged-elsewhere', kept: { call: 'authentic', confidence: 5 } });
  expect(state.draft.call).toBeNull();
  expect(server.keys).toHaveLength(2);
});

test('the last case judged elsewhere finishes the session', async () => {
  const server = new StudyServer(1);
  const { machine } = await openSession(server);
  const other = await openSession(server);
  await readCase(other.machine);
  await readCase(machine);
  expect(stateOf(machine, 'finished').save.pending).toBe(0);
});

test('a draft for a case that was judged elsewhere brings the reader to where the session is', async () => {
  const server = new StudyServer(3);
  const { machine, computer } = await openSession(server);
  const other = await openSession(server);
  await readCase(other.machine);
  machine.chooseCall('authentic');
  await computer.pass(1_000);
  expect(stateOf(machine, 'reading')).toMatchObject({
    reading: { position: 2 },
    notice: { kind: 'judged-elsewhere', position: 1, kept: { call: 'authentic' } },
  });
});

test('a conflict about the case that is still current is an earlier copy under way: it is sent again', async () => {
  const server = new StudyServer(2);
  const { machine, computer } = await openSession(server);
  server.faults = [new ApiError(409, 'In progress', server.snapshot())];
  await readCase(machine);
  expect(machine.state.save.pending).toBe(1);
  await computer.pass(2_000);
  expect(machine.state.save.pending).toBe(0);
  expect(machine.state.notice).toBeNull();
});

test('a session closed meanwhile says so, and keeps what could not be delivered', async () => {
  const server = new StudyServer(2);
  const { machine } = await openSession(server);
  server.faults = [new ApiError(404, 'Not found.')];
  await readCase(machine);
  expect(stateOf(machine, 'failed')).toMatchObject({ problem: { kind: 'closed' }, save: { pending: 1 } });
  await machine.retry();
  expect(server.keys).toHaveLength(1);
});

test('what a closed session has left behind is tried again, and holds nothing up in the next one', async () => {
  const server = new StudyServer(3);
  const computer = new Computer();
  const closed = await computer.open(server, { session: 'S0' });
  closed.machine.begin();
  await readCase(closed.machine);
  stateOf(closed.machine, 'failed');
  computer.kill(closed);
  const { machine } = await computer.open(server);
  expect(server.received).toHaveLength(2);
  machine.begin();
  await readCase(machine);
  expect(machine.state.save).toMatchObject({ kind: 'saved', pending: 0 });
  await machine.undo();
  expect(stateOf(machine, 'reading')).toMatchObject({ reading: { position: 1 }, revising: true });
});

test.each<[number, string, boolean]>([
  [403, 'unreachable', true],
  [404, 'closed', false],
  [500, 'unreachable', false],
  [429, 'unreachable', false],
])('a session that answers %d at the start fails as %s and can be tried again', async (status, kind, login) => {
  const server = new StudyServer(1);
  server.faults = [new ApiError(status, '')];
  const { machine } = await openSession(server);
  expect(stateOf(machine, 'failed')).toMatchObject({ problem: { kind }, login: { needed: login } });
  await machine.retry();
  stateOf(machine, 'told');
});

test('a session without an open case is told, not shown empty', async () => {
  const server = new StudyServer(1);
  server.session = async () => ({ ...server.snapshot(), readings: [] });
  const { machine } = await openSession(server);
  expect(stateOf(machine, 'failed').problem.kind).toBe('no-case');
});

describe('a browser that keeps nothing', () => {
  test('says so, and still sends again what did not arrive', async () => {
    const server = new StudyServer(2);
    const computer = new Computer({ private: true });
    const { machine } = await computer.open(server);
    machine.begin();
    expect(machine.state.save.durable).toBe(false);
    server.faults = ['answer lost'];
    await readCase(machine);
    expect(machine.state.save).toMatchObject({ kind: 'kept', pending: 1, durable: false });
    await computer.pass(2_000);
    expect(machine.state.save).toMatchObject({ kind: 'saved', pending: 0 });
    expect(server.keys).toHaveLength(1);
  });
});

describe('a computer that two people use', () => {
  test('never sends what one has left under the login of the other', async () => {
    const server = new StudyServer(2);
    const computer = new Computer();
    const first = await computer.open(server, { user: 'one' });
    first.machine.begin();
    server.down = true;
    await readCase(first.machine);
    computer.kill(first);
    server.down = false;
    const attempts = server.received.length;
    const second = await computer.open(server, { user: 'two' });
    await computer.pass(60_000);
    expect(server.received).toHaveLength(attempts);
    expect(second.machine.state.save.pending).toBe(0);
    computer.kill(second);
    await computer.open(server, { user: 'one' });
    expect(server.keys).toHaveLength(1);
  });
});

describe('a browser that is killed', () => {
  test('right after a submission that never arrived delivers it when it is opened again', async () => {
    const server = new StudyServer(2);
    const computer = new Computer();
    const killed = await computer.open(server);
    killed.machine.begin();
    server.down = true;
    await readCase(killed.machine, 'authentic', 15);
    computer.kill(killed);
    server.down = false;
    const { machine } = await computer.open(server);
    expect(stateOf(machine, 'reading')).toMatchObject({ reading: { position: 2 }, save: { kind: 'saved' } });
    expect(server.judged.get(1)?.[0]?.body).toMatchObject({ call: 'authentic', confidence: 15 });
  });

  test('with a submission whose answer was lost stores nothing twice', async () => {
    const server = new StudyServer(2);
    const computer = new Computer();
    const killed = await computer.open(server);
    killed.machine.begin();
    server.faults = ['answer lost'];
    await readCase(killed.machine);
    computer.kill(killed);
    const { machine } = await computer.open(server);
    expect(stateOf(machine, 'reading').reading.position).toBe(2);
    expect(server.keys).toHaveLength(1);
    expect(server.received).toHaveLength(2);
  });

  test('in mid-case has the answers, the time and the view log again, without a draft on the server', async () => {
    const server = new StudyServer(2, { questions: [CALL, OPEN] });
    const computer = new Computer();
    const killed = await computer.open(server);
    killed.machine.begin();
    server.down = true;
    fillIn(killed.machine, 'authentic', 15);
    killed.machine.viewed('i', 1);
    killed.machine.answer('unusual', 'The spine is very str');
    await computer.pass(20_000);
    computer.kill(killed);
    server.down = false;
    const { machine } = await computer.open(server);
    expect(stateOf(machine, 'reading').draft).toEqual({
      call: 'authentic',
      confidence: 15,
      answers: { unusual: 'The spine is very str' },
      marks: [],
    });
    machine.imageShown(1);
    await computer.pass(3_000);
    await machine.submit();
    expect(server.judged.get(1)?.[0]?.body).toMatchObject({ seconds: 23, view_log: [[0, 'i', 1]] });
  });
});

test('what was changed in a case that was sent back is there again after a reload', async () => {
  const server = new StudyServer(2);
  const computer = new Computer();
  const first = await computer.open(server);
  first.machine.begin();
  server.faults = [new ApiError(422, 'Not so.')];
  await readCase(first.machine, 'authentic', 30);
  expect(stateOf(first.machine, 'reading').notice).toMatchObject({ kind: 'sent-back', position: 1 });
  first.machine.chooseCall('synthetic');
  await settled();
  computer.kill(first);
  const { machine } = await computer.open(server);
  expect(stateOf(machine, 'reading').draft).toMatchObject({ call: 'synthetic', confidence: 30 });
});

test('the clock stands still while the page says that the session is closed, and goes on once it is open again', async () => {
  const server = new StudyServer(3);
  const { machine, computer } = await openSession(server);
  await readCase(machine);
  fillIn(machine);
  await computer.pass(5_000);
  server.faults = [new ApiError(404, 'Not found.')];
  await machine.load();
  stateOf(machine, 'failed');
  await computer.pass(60_000);
  await machine.retry();
  expect(stateOf(machine, 'reading').reading.position).toBe(2);
  expect(machine.times().active).toBe(5);
});

test('what the disk does not give for a moment is not taken for delivered', async () => {
  const server = new StudyServer(3);
  const { machine, computer } = await openSession(server);
  server.down = true;
  await readCase(machine);
  const { transaction } = IDBDatabase.prototype;
  IDBDatabase.prototype.transaction = () => {
    throw new DOMException('The disk is busy', 'UnknownError');
  };
  await machine.retry();
  expect(machine.state.save).toMatchObject({ kind: 'kept', pending: 1 });
  IDBDatabase.prototype.transaction = transaction;
  server.down = false;
  await computer.pass(60_000);
  expect(server.keys).toHaveLength(1);
});
