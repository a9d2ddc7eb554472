import { IDBFactory } from 'fake-indexeddb';
import { type Entry, Keeper, type KeptDraft } from '@/keeping';
import './bench';

let disk: IDBFactory;
let keeper: Keeper;

beforeEach(() => {
  disk = new IDBFactory();
  keeper = new Keeper(disk);
});

function entry(key: string, change: Partial<Entry> = {}): Entry {
  const made_at = '2026-03-24T00:00:00Z';
  return { key, user: 'r', session: 'S', kind: 'judgement', position: 1, body: {}, made_at, refusal: null, ...change };
}

function draft(position: number, change: Partial<KeptDraft> = {}): KeptDraft {
  const body = { call: 'synthetic' };
  return { user: 'r', session: 'S', position, body, seconds: 1, view_log: [], version: 0, clean: false, ...change };
}

const keys = async (of: Keeper) => (await of.entries('r')).map(({ key }) => key);

test('submissions come back in the order in which they were made, also to another process', async () => {
  for (const key of ['c', 'a', 'b']) await keeper.add(entry(key));
  expect(await keys(keeper)).toEqual(['c', 'a', 'b']);
  expect(await new Keeper(disk).entries('r')).toEqual(['c', 'a', 'b'].map((key) => entry(key)));
});

test('a mended submission takes the place of the refused one', async () => {
  for (const key of ['a', 'b', 'c']) await keeper.add(entry(key));
  await keeper.replace('b', entry('mended'));
  expect(await keys(keeper)).toEqual(['a', 'mended', 'c']);
  await keeper.replace('a', null);
  expect(await keys(keeper)).toEqual(['mended', 'c']);
});

test('what another window has removed does not come back', async () => {
  await keeper.add(entry('a'));
  const other = new Keeper(disk);
  await other.replace('a', null);
  await keeper.replace('a', { ...entry('a'), refusal: 'late' });
  expect(await keys(keeper)).toEqual([]);
});

test('each login sees its own', async () => {
  await keeper.add(entry('a'));
  await keeper.add(entry('b', { user: 'other' }));
  expect(await keys(keeper)).toEqual(['a']);
});

test('keeping a submission lets go of its draft in the same step, and of no other', async () => {
  await keeper.keepDraft(draft(1));
  await keeper.keepDraft(draft(2));
  await keeper.keepDraft(draft(1, { session: 'T' }));
  await keeper.add(entry('a', { position: 1 }));
  expect((await keeper.drafts('r', 'S')).map(({ position }) => position)).toEqual([2]);
  expect(await keeper.drafts('r', 'T')).toHaveLength(1);
});

test('a draft is replaced by a later one', async () => {
  await keeper.keepDraft(draft(1));
  await keeper.keepDraft(draft(1, { seconds: 9, clean: true }));
  expect(await keeper.drafts('r', 'S')).toEqual([draft(1, { seconds: 9, clean: true })]);
  await keeper.dropDraft('r', 'S', 1);
  expect(await keeper.drafts('r', 'S')).toEqual([]);
});

test('what is kept is written through to the disk', async () => {
  const opened = vi.spyOn(IDBDatabase.prototype, 'transaction');
  await keeper.add(entry('a'));
  expect(opened).toHaveBeenLastCalledWith(['entries', 'drafts'], 'readwrite', { durability: 'strict' });
  opened.mockRestore();
});

describe('without a database', () => {
  test('everything is held as long as the page is open, and the page is told', async () => {
    const held = new Keeper(undefined);
    await held.add(entry('a'));
    await held.add(entry('b'));
    await held.keepDraft(draft(1));
    expect(await keys(held)).toEqual(['a', 'b']);
    expect(await held.drafts('r', 'S')).toEqual([draft(1)]);
    await held.replace('a', null);
    expect(await keys(held)).toEqual(['b']);
    expect(held.durable).toBe(false);
  });

  test('as when it can be opened but not written', async () => {
    const full = new Keeper(disk);
    await full.add(entry('a'));
    vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(() => {
      throw new DOMException('The disk is full', 'QuotaExceededError');
    });
    await full.add(entry('b'));
    vi.restoreAllMocks();
    expect(await keys(full)).toEqual(['a', 'b']);
    expect(full.durable).toBe(false);
  });
});

test('a database that the browser has closed is opened again', async () => {
  await keeper.add(entry('a'));
  const opening = (keeper as unknown as { opening: Promise<IDBDatabase> }).opening;
  const database = await opening;
  database.close();
  database.onclose?.call(database, new Event('close'));
  await keeper.add(entry('b'));
  expect(await keys(keeper)).toEqual(['a', 'b']);
  expect(keeper.durable).toBe(true);
});
