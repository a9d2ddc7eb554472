import type { Entry } from '@/keeping';
import { projected } from '@/projection';
import type { PhaseWire, Session } from '@/wire';
import { question, StudyServer } from './study';

function waiting(position: number, kind: Entry['kind'] = 'judgement'): Entry {
  const made_at = '2026-03-24T00:00:00Z';
  return { key: `k${position}`, user: 'r', session: 'S1', kind, position, body: {}, made_at, refusal: null };
}

function at(done: number, { cases = 6, phase = {} as Partial<PhaseWire>, aided = [] as number[] } = {}): Session {
  const server = new StudyServer(cases, phase);
  for (let position = 1; position <= done; position += 1) server.judged.set(position, []);
  server.aided = new Set(aided);
  return server.snapshot();
}

const positions = ({ session }: { session: Session }) => session.readings.map(({ position }) => position);

test('with nothing on its way the reader is where the server says', () => {
  const session = at(2);
  expect(projected(session, [])).toEqual({ session, waiting: false });
});

test('one that is on its way counts as done, and the next open case is current', () => {
  const projection = projected(at(2), [waiting(3)]);
  expect(projection).toMatchObject({ waiting: false, session: { done: 3, undo: null } });
  expect(positions(projection)).toEqual([4, 5]);
});

test('with all open images read the page waits', () => {
  expect(projected(at(2), [waiting(3), waiting(4)])).toMatchObject({ waiting: false });
  expect(projected(at(2), [waiting(3), waiting(4), waiting(5)])).toMatchObject({ waiting: true });
});

test('what the server has taken already changes nothing', () => {
  expect(positions(projected(at(3), [waiting(3)]))).toEqual([4, 5, 6]);
  expect(projected(at(3), [waiting(3)])).toMatchObject({ waiting: false, session: { done: 3 } });
});

test.each<[string, Session]>([
  ['the answer is told after each case', at(2, { phase: { feedback: 'after-each' } })],
  ['the next reading has an aid', at(2, { aided: [4] })],
  ['it was the last case and nothing is asked at the end', at(5)],
])('the page waits where %s', (_, session) => {
  expect(projected(session, [waiting(session.done + 1)]).waiting).toBe(true);
});

test('a revision that is on its way is waited for, and counts no case twice', () => {
  const server = new StudyServer(6);
  for (let position = 1; position <= 3; position += 1) server.judged.set(position, []);
  server.reopened = 2;
  expect(projected(server.snapshot(), [waiting(2)])).toMatchObject({ waiting: true, session: { done: 3 } });
});

test('what was sent ahead of a case that is open again waits behind it', () => {
  const server = new StudyServer(6);
  for (let position = 1; position <= 3; position += 1) server.judged.set(position, []);
  server.reopened = 3;
  const projection = projected(server.snapshot(), [waiting(4)]);
  expect(projection.waiting).toBe(false);
  expect(positions(projection)[0]).toBe(3);
});

test('after the last case the page waits for the server’s word, which brings the questions at the end', () => {
  expect(projected(at(5), [waiting(6)])).toMatchObject({ waiting: true, session: { done: 6, readings: [] } });
  const asked = at(6, { phase: { end_questions: [question({})] } });
  expect(projected(asked, [waiting(0, 'end')])).toMatchObject({
    waiting: true,
    session: { stage: 'end-questions', done: 6 },
  });
});
