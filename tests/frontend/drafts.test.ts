import { Computer, fillIn, openSession, settled, stateOf } from './bench';
import { CALL, question, StudyServer } from './study';

const OPEN = question({ name: 'unusual', kind: 'open' });

test('what is entered is on the server within a second, and the page says when', async () => {
  const server = new StudyServer(2);
  const { machine, computer } = await openSession(server);
  fillIn(machine, 'authentic', 40);
  expect(machine.state.save.draft).toBe('saving');
  await computer.pass(1_000);
  expect(machine.state.save.draft).toBe('saved');
  expect(server.drafts.get(1)).toMatchObject({ version: 1, body: { call: 'authentic', confidence: 40 } });
});

test('changes in quick succession make one draft', async () => {
  const server = new StudyServer(2);
  const { machine, computer } = await openSession(server);
  for (let confidence = 1; confidence <= 30; confidence += 1) {
    machine.setConfidence(confidence);
    await computer.pass(20);
  }
  await computer.pass(1_000);
  expect(server.drafts.get(1)).toMatchObject({ version: 1, body: { confidence: 30 } });
});

test('on another computer the reader finds what was entered, with the time already spent', async () => {
  const server = new StudyServer(2, { questions: [CALL, OPEN] });
  const { machine, computer } = await openSession(server);
  fillIn(machine, 'authentic', 40);
  await computer.pass(12_000);
  machine.answer('unusual', 'Nothing');
  await computer.pass(1_000);
  const other = new Computer();
  const second = await other.open(server);
  expect(stateOf(second.machine, 'reading').draft).toMatchObject({ call: 'authentic', answers: { unusual: 'Nothing' } });
  second.machine.imageShown(1);
  await other.pass(5_000);
  await second.machine.submit();
  expect(server.judged.get(1)?.[0]?.body).toMatchObject({ seconds: 17.8, shown_at: '2026-03-24T00:00:00.000Z' });
});

test('a draft that cannot be saved is kept on this computer and saved later', async () => {
  const server = new StudyServer(2);
  const { machine, computer } = await openSession(server);
  server.draftFaults = ['lost on the way', 'lost on the way'];
  machine.chooseCall('synthetic');
  await computer.pass(1_000);
  expect(machine.state.save.draft).toBe('kept');
  await computer.pass(12_000);
  expect(machine.state.save.draft).toBe('saved');
  expect(server.drafts.get(1)?.body).toMatchObject({ call: 'synthetic' });
});

test('a draft whose receipt was lost is not taken for that of somebody else', async () => {
  const server = new StudyServer(2);
  const { machine, computer } = await openSession(server);
  server.draftFaults = ['answer lost'];
  machine.chooseCall('synthetic');
  await computer.pass(1_000);
  machine.setConfidence(65);
  await computer.pass(1_000);
  expect(stateOf(machine, 'reading').conflict).toBeNull();
  await computer.pass(1_000);
  expect(server.drafts.get(1)?.body).toMatchObject({ call: 'synthetic', confidence: 65 });
});

test('nor after the browser was killed before it could learn of the receipt', async () => {
  const server = new StudyServer(2);
  const computer = new Computer();
  const killed = await computer.open(server);
  killed.machine.begin();
  server.draftFaults = ['answer lost'];
  killed.machine.chooseCall('synthetic');
  await computer.pass(1_000);
  killed.machine.setConfidence(65);
  await settled();
  computer.kill(killed);
  const { machine } = await computer.open(server);
  expect(stateOf(machine, 'reading')).toMatchObject({ conflict: null, draft: { call: 'synthetic', confidence: 65 } });
  await computer.pass(2_000);
  expect(server.drafts.get(1)?.body).toMatchObject({ confidence: 65 });
});

describe('the same case filled in on two computers', () => {
  async function clash() {
    const server = new StudyServer(2);
    const [here, there] = [await openSession(server), await openSession(server)];
    there.machine.chooseCall('synthetic');
    await there.computer.pass(1_000);
    fillIn(here.machine, 'authentic', 30);
    await here.computer.pass(1_000);
    return { server, here };
  }

  test('is a choice between the two, before anything can be sent', async () => {
    const { server, here } = await clash();
    expect(stateOf(here.machine, 'reading').conflict).toMatchObject({
      theirs: { call: 'synthetic', confidence: null },
      mine: { call: 'authentic', confidence: 30 },
    });
    expect(here.machine.missing()).toEqual([{ what: 'conflict', question: '' }]);
    await here.machine.submit();
    expect(server.received).toEqual([]);
  });

  test('mine stays and is saved over theirs', async () => {
    const { server, here } = await clash();
    here.machine.keepMine();
    await here.computer.pass(1_000);
    expect(stateOf(here.machine, 'reading').draft).toMatchObject({ call: 'authentic', confidence: 30 });
    expect(server.drafts.get(1)?.body).toMatchObject({ call: 'authentic' });
  });

  test('theirs takes the place of mine', async () => {
    const { server, here } = await clash();
    here.machine.takeTheirs();
    await here.computer.pass(1_000);
    expect(stateOf(here.machine, 'reading')).toMatchObject({
      conflict: null,
      draft: { call: 'synthetic', confidence: null },
    });
    expect(server.drafts.get(1)?.body).toMatchObject({ call: 'synthetic' });
  });

  test('is no conflict where both say the same', async () => {
    const server = new StudyServer(2);
    const [here, there] = [await openSession(server), await openSession(server)];
    there.machine.chooseCall('synthetic');
    await there.computer.pass(1_000);
    here.machine.chooseCall('synthetic');
    await here.computer.pass(1_000);
    expect(stateOf(here.machine, 'reading').conflict).toBeNull();
  });
});

test('a draft of another version of this page is taken as far as it fits', async () => {
  const server = new StudyServer(1);
  server.drafts.set(1, { body: { call: 'authentic', colour: 'blue' }, seconds: 4, version: 7 });
  const { machine } = await new Computer().open(server);
  expect(stateOf(machine, 'reading').draft).toEqual({ call: 'authentic', confidence: null, answers: {}, marks: [] });
});

test('the answers at the end are there again after a reload', async () => {
  const server = new StudyServer(1, { end_questions: [OPEN] });
  const computer = new Computer();
  const first = await computer.open(server);
  first.machine.begin();
  fillIn(first.machine);
  await first.machine.submit();
  first.machine.answer('unusual', 'Too clean');
  await settled();
  computer.kill(first);
  const { machine } = await computer.open(server);
  expect(stateOf(machine, 'end-questions').answers).toEqual({ unusual: 'Too clean' });
  await machine.submit();
  stateOf(machine, 'finished');
  expect(server.ended?.body).toEqual({ unusual: 'Too clean' });
});

async function atTheEnd(server: StudyServer) {
  const { machine, computer } = await openSession(server);
  if (machine.state.name === 'reading') {
    fillIn(machine);
    await machine.submit();
  }
  stateOf(machine, 'end-questions');
  return { machine, computer };
}

test('the answers at the end are there on another computer too, and the page says where they are', async () => {
  const server = new StudyServer(1, { end_questions: [OPEN] });
  const { machine, computer } = await atTheEnd(server);
  server.down = true;
  machine.answer('unusual', 'Too clean');
  expect(machine.state.save.draft).toBe('saving');
  await computer.pass(1_000);
  expect(machine.state.save.draft).toBe('kept');
  server.down = false;
  await computer.pass(6_000);
  expect(machine.state.save.draft).toBe('saved');
  const other = await atTheEnd(server);
  expect(stateOf(other.machine, 'end-questions').answers).toEqual({ unusual: 'Too clean' });
});

test('what was written at the end on two computers is put together', async () => {
  const server = new StudyServer(1, { end_questions: [OPEN] });
  const here = await atTheEnd(server);
  const there = await atTheEnd(server);
  here.machine.answer('unusual', 'Too clean');
  await here.computer.pass(1_000);
  there.machine.answer('unusual', 'Odd ribs');
  await there.computer.pass(2_000);
  expect(stateOf(there.machine, 'end-questions').answers).toEqual({ unusual: 'Too clean\nOdd ribs' });
  expect(there.machine.state.save.draft).toBe('saved');
  await there.machine.submit();
  expect(server.ended?.body).toEqual({ unusual: 'Too clean\nOdd ribs' });
});

test('what was entered here stays where the case was judged and opened again on another computer', async () => {
  const server = new StudyServer(2, { questions: [CALL, OPEN] });
  const [here, there] = [await openSession(server), await openSession(server)];
  here.machine.answer('unusual', 'Too clean');
  await here.computer.pass(1_000);
  fillIn(there.machine, 'synthetic', 40);
  await there.machine.submit();
  await there.machine.undo();
  here.machine.chooseCall('authentic');
  await here.computer.pass(2_000);
  expect(stateOf(here.machine, 'reading')).toMatchObject({
    revising: true,
    draft: { call: 'authentic', answers: { unusual: 'Too clean' } },
    save: { draft: 'saved' },
  });
  expect(server.drafts.get(1)?.body).toMatchObject({ call: 'authentic', answers: { unusual: 'Too clean' } });
});
