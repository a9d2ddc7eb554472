import { Computer, fillIn, openSession, readCase, settled, stateOf, type Window } from './bench';
import { StudyServer } from './study';

async function twoWindows(server: StudyServer): Promise<{ computer: Computer; left: Window; right: Window }> {
  const computer = new Computer();
  const left = await computer.open(server);
  const right = await computer.open(server);
  left.machine.begin();
  right.machine.begin();
  return { computer, left, right };
}

test('what is entered in one window shows in the other, and is saved once', async () => {
  const server = new StudyServer(3);
  const { computer, left, right } = await twoWindows(server);
  fillIn(left.machine, 'authentic', 33);
  await settled();
  expect(stateOf(right.machine, 'reading').draft).toMatchObject({ call: 'authentic', confidence: 33 });
  await computer.pass(2_000);
  expect(server.drafts.get(1)?.version).toBe(1);
});

test('either window can go on where the other one stopped, without a conflict', async () => {
  const server = new StudyServer(3);
  const { computer, left, right } = await twoWindows(server);
  left.machine.chooseCall('authentic');
  await computer.pass(2_000);
  right.machine.setConfidence(71);
  await computer.pass(2_000);
  left.machine.setConfidence(72);
  await computer.pass(2_000);
  expect(stateOf(left.machine, 'reading').conflict).toBeNull();
  expect(stateOf(right.machine, 'reading')).toMatchObject({ conflict: null, draft: { confidence: 72 } });
  expect(server.drafts.get(1)).toMatchObject({ version: 3, body: { call: 'authentic', confidence: 72 } });
});

test('a window that opens while another one saves shows what was entered there', async () => {
  const server = new StudyServer(3);
  const { machine, computer } = await openSession(server);
  fillIn(machine, 'authentic', 80);
  await settled();
  // The server has answered the second window before the first one saves, and the answer takes its time.
  let arrive = (): void => {};
  const onItsWay = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const asked = server.session.bind(server);
  server.session = async () => {
    const answer = await asked();
    await onItsWay;
    return answer;
  };
  const second = await computer.open(server);
  await computer.pass(2_000);
  expect(server.drafts.get(1)?.version).toBe(1);
  arrive();
  await settled();
  second.machine.begin();
  expect(stateOf(second.machine, 'reading').draft).toMatchObject({ call: 'authentic', confidence: 80 });
  second.machine.setConfidence(70);
  await computer.pass(2_000);
  expect(server.drafts.get(1)).toMatchObject({ version: 2, body: { call: 'authentic', confidence: 70 } });
});

test('both windows go to the next case when one submits', async () => {
  const server = new StudyServer(3);
  const { left, right } = await twoWindows(server);
  await readCase(left.machine);
  expect(stateOf(right.machine, 'reading')).toMatchObject({ reading: { position: 2 }, notice: null });
  await readCase(right.machine);
  expect(stateOf(left.machine, 'reading').reading.position).toBe(3);
  expect(server.keys).toHaveLength(2);
  expect(server.received).toHaveLength(2);
});

test('both submitting at the same moment store one judgement, and say which one was not taken', async () => {
  const server = new StudyServer(3);
  const { left, right } = await twoWindows(server);
  fillIn(left.machine, 'authentic', 10);
  fillIn(right.machine, 'synthetic', 90);
  await Promise.all([left.machine.submit(), right.machine.submit()]);
  await settled();
  expect(server.judged.get(1)).toHaveLength(1);
  expect(stateOf(left.machine, 'reading')).toMatchObject({ reading: { position: 2 }, save: { pending: 0 } });
  expect(stateOf(right.machine, 'reading').notice).toMatchObject({ kind: 'judged-elsewhere', position: 1 });
});

test('one window delivers what another has kept', async () => {
  const server = new StudyServer(4);
  const { computer, left, right } = await twoWindows(server);
  server.down = true;
  await readCase(left.machine);
  expect(right.machine.state.save).toMatchObject({ kind: 'kept', pending: 1 });
  computer.kill(left);
  server.down = false;
  await computer.pass(5_000);
  expect(server.keys).toHaveLength(1);
  expect(stateOf(right.machine, 'reading')).toMatchObject({ reading: { position: 2 }, save: { kind: 'saved' } });
});

test('a window that was killed between delivery and telling the other leaves no doubt behind', async () => {
  const server = new StudyServer(4);
  const { computer, left, right } = await twoWindows(server);
  const judge = server.judge.bind(server);
  server.judge = async (...given) => {
    server.judge = judge;
    const answer = await judge(...given);
    left.alive = false; // stored and acknowledged, but no message gets out any more
    return answer;
  };
  await readCase(left.machine);
  computer.kill(left);
  await computer.pass(60_000);
  expect(server.keys).toHaveLength(1);
  expect(stateOf(right.machine, 'reading')).toMatchObject({ reading: { position: 2 }, save: { kind: 'saved' } });
});

describe('what a window kept that was closed before it could send or tell', () => {
  async function leaveBehind() {
    const server = new StudyServer(4);
    const { computer, left, right } = await twoWindows(server);
    left.windows.post = () => {};
    server.down = true;
    await readCase(left.machine);
    computer.kill(left);
    server.down = false;
    expect(stateOf(right.machine, 'reading').reading.position).toBe(1);
    return { server, computer, right };
  }

  test('is delivered as soon as the other one is seen', async () => {
    const { server, right } = await leaveBehind();
    right.machine.hide(true);
    right.machine.hide(false);
    await settled();
    expect(server.keys).toHaveLength(1);
    expect(stateOf(right.machine, 'reading')).toMatchObject({ reading: { position: 2 }, save: { kind: 'saved' } });
  });

  test('and after a few seconds anyhow', async () => {
    const { server, computer, right } = await leaveBehind();
    await computer.pass(5_000);
    expect(server.keys).toHaveLength(1);
    expect(stateOf(right.machine, 'reading').reading.position).toBe(2);
  });
});

test('logging in in one window lets both go on', async () => {
  const server = new StudyServer(3);
  const { left, right } = await twoWindows(server);
  server.loggedIn = false;
  await readCase(left.machine);
  expect(right.machine.state.login.needed).toBe(true);
  await right.machine.logIn('right');
  await settled();
  expect(left.machine.state.login.needed).toBe(false);
  expect(left.machine.state.save.pending).toBe(0);
  expect(server.keys).toHaveLength(1);
});

test('a judgement that is opened again in one window is open in both', async () => {
  const server = new StudyServer(3);
  const { left, right } = await twoWindows(server);
  await readCase(left.machine, 'authentic', 30);
  await left.machine.undo();
  await settled();
  expect(stateOf(right.machine, 'reading')).toMatchObject({ reading: { position: 1 }, revising: true });
  await readCase(right.machine, 'synthetic', 60);
  expect(stateOf(left.machine, 'reading').reading.position).toBe(2);
  expect(server.judged.get(1)).toHaveLength(2);
});

test('a hidden window keeps what the other one has entered as not saved yet', async () => {
  const server = new StudyServer(3);
  const { computer, left, right } = await twoWindows(server);
  right.machine.imageShown(1);
  right.machine.hide(true);
  server.draftFaults = Array(20).fill('lost on the way');
  fillIn(left.machine, 'authentic', 33);
  left.machine.viewed('z', 1.5);
  await computer.pass(6_000);
  right.machine.hide(false);
  await computer.pass(6_000);
  computer.kill(left);
  computer.kill(right);
  server.draftFaults = [];
  await computer.open(server);
  await computer.pass(2_000);
  expect(server.drafts.get(1)?.body).toMatchObject({ call: 'authentic', confidence: 33 });
});

test('the time of a window does not run backwards when another one has read on', async () => {
  const server = new StudyServer(3);
  const { computer, left, right } = await twoWindows(server);
  right.machine.imageShown(1);
  await computer.pass(9_000);
  fillIn(left.machine);
  await settled();
  expect(right.machine.times().session).toBe(9);
});
