import { IDBFactory } from 'fake-indexeddb';
import { type Entry, Keeper } from '@/keeping';
import { Outbox } from '@/outbox';
import type { JudgementBody } from '@/wire';
import { Computer } from './bench';
import { StudyServer } from './study';

const MINUTE = 60_000;

function judgement(position: number, made_at = '2026-03-24T08:00:00.000Z'): Entry {
  const body = { call: 'authentic', confidence: 50, seconds: 3 };
  return { key: `key-${position}`, user: 'reader', session: 'S1', kind: 'judgement', position, body, made_at, refusal: null };
}

async function outboxOf(server: StudyServer, entries: readonly Entry[]) {
  const computer = new Computer();
  const window = await computer.open(server);
  const keeper = new Keeper(new IDBFactory());
  for (const entry of entries) await keeper.add(entry);
  const deliver = async ({ session, position, body, key }: Entry) =>
    (await server.judge(session, position, body as JudgementBody, key)).session;
  const kinds: string[] = [];
  const outbox = new Outbox('reader', keeper, window, deliver, ({ entry, outcome }) =>
    kinds.push(`${entry.position} ${outcome.kind}`),
  );
  return { computer, keeper, outbox, kinds };
}

test('a judgement whose turn has not come lets the one behind it go first, and follows at once', async () => {
  const server = new StudyServer(3);
  const { outbox, kinds } = await outboxOf(server, [judgement(2), judgement(1)]);
  await outbox.flush();
  expect(kinds).toEqual(['2 early', '1 stored', '2 stored']);
  expect(server.keys).toEqual(['key-1', 'key-2']);
  expect(await outbox.all()).toEqual({ entries: [], complete: true });
});

test('one whose turn has not come is kept and sent again while nothing else can be', async () => {
  const server = new StudyServer(3);
  const { computer, outbox, kinds } = await outboxOf(server, [judgement(2)]);
  await outbox.flush();
  expect(kinds).toEqual(['2 early']);
  await server.judge('S1', 1, judgement(1).body as JudgementBody, 'from elsewhere');
  await computer.pass(MINUTE);
  expect(server.keys).toEqual(['from elsewhere', 'key-2']);
});

test('what had to be held in memory stands among what is on the disk in the order in which it was made', async () => {
  const disk = new IDBFactory();
  const keeper = new Keeper(disk);
  await keeper.add(judgement(1, '2026-03-24T08:01:00.000Z'));
  const { transaction } = IDBDatabase.prototype;
  IDBDatabase.prototype.transaction = () => {
    throw new DOMException('The disk is full', 'QuotaExceededError');
  };
  await keeper.add(judgement(2, '2026-03-24T08:02:00.000Z'));
  IDBDatabase.prototype.transaction = transaction;
  await keeper.add(judgement(3, '2026-03-24T08:03:00.000Z'));
  expect((await keeper.entries('reader')).map(({ position }) => position)).toEqual([1, 2, 3]);
});

test('a mended judgement is kept also where another window has removed the refused one', async () => {
  const keeper = new Keeper(new IDBFactory());
  await keeper.mend('key-gone', judgement(1));
  expect(await keeper.entries('reader')).toEqual([judgement(1)]);
  await keeper.replace('key-gone', judgement(2));
  expect(await keeper.entries('reader')).toHaveLength(1);
});
