import { Preferences } from '@/preferences';

const KEPT = { keys: { invert: 'x' }, language: 'en' };

/** A server of preferences; for each request one word on how it goes. */
function serve(...course: readonly ('well' | 'fault' | 'gone')[]): unknown[] {
  const sent: unknown[] = [];
  const left = [...course];
  vi.stubGlobal('document', { cookie: 'csrftoken=t' });
  vi.stubGlobal('fetch', async (_: string, { body }: RequestInit) => {
    const now = left.shift();
    if (now === 'gone') throw new TypeError('Failed to fetch');
    if (now === 'fault') return new Response('', { status: 503 });
    if (body) sent.push(JSON.parse(String(body)));
    return new Response(JSON.stringify(KEPT));
  });
  return sent;
}

afterEach(() => void vi.unstubAllGlobals());

test('keys that a reader has chosen are there again', async () => {
  serve('well');
  expect(await new Preferences('/api/v1/').keys()).toEqual({ invert: 'x' });
});

test('what is changed is kept as it is then, what was taken back included', async () => {
  const sent = serve('well', 'well');
  const preferences = new Preferences('/api/v1/');
  await preferences.keys();
  expect(await preferences.keepKeys({ pan: 'y' })).toEqual({ pan: 'y' });
  expect(sent).toEqual([{ keys: { pan: 'y' } }]);
});

test.each(['fault', 'gone'] as const)('keys that could not be had (%s) are not lost by a change', async (trouble) => {
  const sent = serve(trouble, 'well', 'well');
  const preferences = new Preferences('/api/v1/');
  expect(await preferences.keys()).toEqual({});
  expect(await preferences.keepKeys({ pan: 'y' })).toEqual({ invert: 'x', pan: 'y' });
  expect(sent).toEqual([{ keys: { invert: 'x', pan: 'y' } }]);
});

test('nor overwritten while they cannot be had', async () => {
  const sent = serve('gone', 'gone', 'well');
  const preferences = new Preferences('/api/v1/');
  await preferences.keys();
  expect(await preferences.keepKeys({ pan: 'y' })).toBeNull();
  expect(sent).toEqual([]);
});

test.each(['fault', 'gone'] as const)('a change that the server does not take (%s) is said to be not kept', async (trouble) => {
  const sent = serve('well', trouble);
  const preferences = new Preferences('/api/v1/');
  await preferences.keys();
  expect(await preferences.keepKeys({ pan: 'y' })).toBeNull();
  expect(sent).toEqual([]);
});
