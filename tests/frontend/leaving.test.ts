import { IDBFactory } from 'fake-indexeddb';
import { Keeper, type KeptDraft } from '@/keeping';
import { Leaving } from '@/leaving';
import { Computer, fillIn, settled, stateOf, Window } from './bench';
import { question, StudyServer } from './study';

let disk: IDBFactory;
let keeper: Keeper;
let server: StudyServer;

beforeEach(() => {
  disk = new IDBFactory();
  keeper = new Keeper(disk);
  server = new StudyServer(3);
});

function draft(change: Partial<KeptDraft> = {}): KeptDraft {
  const body = { call: 'synthetic', maker: 'm' };
  const place = { user: 'anna', session: 'S1', position: 1 };
  return { ...place, body, seconds: 1, view_log: [], version: 0, clean: false, ...change };
}

function leave(user = 'anna'): Promise<number> {
  const window = new Window(new Computer(), user);
  return new Leaving(user, keeper, window, () => server).handOver();
}

const left = async (user: string) => (await new Keeper(disk).allDrafts(user)).map(({ position }) => position);

test('what only this computer has goes to the server, and nothing of it stays', async () => {
  await keeper.keepDraft(draft());
  await keeper.keepDraft(draft({ position: 2, clean: true }));
  expect(await leave()).toBe(0);
  expect(server.drafts.get(1)?.body).toEqual({ call: 'synthetic', maker: 'm' });
  expect(await left('anna')).toEqual([]);
});

test('a judgement that was not sent yet is sent', async () => {
  const computer = new Computer();
  const reading = await computer.open(server, { user: 'anna' });
  reading.machine.begin();
  server.down = true;
  fillIn(reading.machine);
  await reading.machine.submit();
  computer.kill(reading);
  server.down = false;
  expect(await new Leaving('anna', computer.keeper(), new Window(computer, 'anna'), () => server).handOver()).toBe(0);
  expect(server.judged.size).toBe(1);
});

test('where the server is away it stays, and the reader is told', async () => {
  server.down = true;
  await keeper.keepDraft(draft());
  expect(await leave()).toBe(1);
  expect(await left('anna')).toEqual([1]);
});

test('a draft whose receipt was lost is known as the same', async () => {
  server.drafts.set(1, { body: { call: 'authentic', maker: 'm' }, seconds: 1, version: 4 });
  await keeper.keepDraft(draft({ version: 3 }));
  expect(await leave()).toBe(0);
  expect(server.drafts.get(1)).toMatchObject({ body: { call: 'synthetic' }, version: 5 });
});

test('what another computer has entered since is not written over', async () => {
  server.drafts.set(1, { body: { call: 'authentic', maker: 'other' }, seconds: 1, version: 4 });
  await keeper.keepDraft(draft({ version: 3 }));
  expect(await leave()).toBe(1);
  expect(server.drafts.get(1)?.body).toEqual({ call: 'authentic', maker: 'other' });
});

test('a draft of a case that is judged is let go of', async () => {
  server.judged.set(1, [{ position: 1, body: {}, key: 'k' }]);
  await keeper.keepDraft(draft());
  expect(await leave()).toBe(0);
  expect(await left('anna')).toEqual([]);
});

test('what another login has left goes only where the server has it', async () => {
  await keeper.keepDraft(draft({ user: 'ben', clean: true }));
  await keeper.keepDraft(draft({ user: 'ben', position: 2 }));
  expect(await leave()).toBe(0);
  expect(await left('ben')).toEqual([2]);
  const computer = new Computer();
  await computer.keeper().keepDraft(draft({ user: 'ben', clean: true }));
  await computer.open(server, { user: 'anna' });
  expect(await computer.keeper().allDrafts('ben')).toEqual([]);
});

test('another window of the same login shows and keeps nothing any more', async () => {
  server = new StudyServer(1, { questions: [question({})], end_questions: [question({ name: 'unusual' })] });
  const computer = new Computer();
  const reading = await computer.open(server, { user: 'anna' });
  reading.machine.begin();
  const leaving = new Leaving('anna', computer.keeper(), new Window(computer, 'anna'), () => server);
  expect(await leaving.handOver()).toBe(0);
  leaving.tell();
  await settled();
  reading.machine.answer('notes', 'typed after that');
  await computer.pass(20_000);
  stateOf(reading.machine, 'failed');
  expect(reading.left).toBe(true);
  expect(await computer.keeper().allDrafts('anna')).toEqual([]);
});
