import { ApiError, connect, NoAnswer, type Server } from '@/api';
import type { JudgementBody } from '@/wire';

const judgement: JudgementBody = {
  call: 'synthetic',
  confidence: 80,
  answers: { quality: 3 },
  marks: [],
  seconds: 12.3,
  paused_seconds: 0,
  hidden_seconds: 0,
  timed_out: false,
  view_log: [[120, 'w', 400, 40]],
  shown_at: '2026-03-24T10:00:00Z',
  submitted_at: '2026-03-24T10:00:12Z',
  revision: 1,
};

let requests: Request[];
let answer: () => Promise<Response>;
let server: Server;

beforeEach(() => {
  requests = [];
  answer = async () => Response.json({});
  vi.stubGlobal('document', { cookie: 'theme=dark; csrftoken=abc%3D; other=1' });
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    requests.push(new Request(new URL(url, 'http://study.test'), init));
    return answer();
  });
  server = connect('/api/v1/', 'S1');
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const sent = () => requests[0] as Request;
const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('was accepted'),
    (error: unknown) => error,
  );

test('a session is asked for under its code', async () => {
  answer = async () => Response.json({ code: 'S1' });
  expect(await server.session()).toEqual({ code: 'S1' });
  expect(sent().method).toBe('GET');
  expect(new URL(sent().url).pathname).toBe('/api/v1/sessions/S1/');
});

test('a judgement goes to its position with key, token and body', async () => {
  await server.judge('S1', 13, judgement, '7b0c2f1e');
  expect(sent().method).toBe('POST');
  expect(new URL(sent().url).pathname).toBe('/api/v1/sessions/S1/readings/13/judgements/');
  expect(sent().headers.get('Idempotency-Key')).toBe('7b0c2f1e');
  expect(sent().headers.get('X-CSRFToken')).toBe('abc=');
  expect(sent().headers.get('Content-Type')).toBe('application/json');
  expect(await sent().json()).toEqual(judgement);
});

test('the token is read anew for each request, as another tab may have renewed it', async () => {
  await server.startSession('demo');
  vi.stubGlobal('document', { cookie: 'csrftoken=new' });
  await server.startSession('demo');
  expect(requests.map((request) => request.headers.get('X-CSRFToken'))).toEqual(['abc=', 'new']);
});

test('feedback and the next session have their own addresses', async () => {
  await server.feedback(2);
  await server.startSession('deep fakes');
  const paths = requests.map(({ method, url }) => `${method} ${new URL(url).pathname}`);
  expect(paths).toEqual([
    'GET /api/v1/sessions/S1/readings/2/feedback/',
    'POST /api/v1/studies/deep%20fakes/sessions/',
  ]);
});

test('what is left of an older session goes to that session', async () => {
  await server.judge('S0', 13, judgement, 'k');
  await server.end('S0', { unusual: 'nothing' }, 'k');
  const paths = requests.map(({ url }) => new URL(url).pathname);
  expect(paths).toEqual(['/api/v1/sessions/S0/readings/13/judgements/', '/api/v1/sessions/S0/end/']);
  expect(await requests[1]?.json()).toEqual({ answers: { unusual: 'nothing' } });
});

test('a draft is put to its case, and a newer one of another window comes back with the refusal', async () => {
  const draft = { body: { call: 'synthetic' }, seconds: 3, version: 4 };
  answer = async () => Response.json({ detail: 'Newer.', draft, session: { code: 'S1' } }, { status: 409 });
  const error = (await refusal(server.saveDraft(2, { ...draft, version: 3 }))) as ApiError;
  expect(`${sent().method} ${new URL(sent().url).pathname}`).toBe('PUT /api/v1/sessions/S1/readings/2/draft/');
  expect(await sent().json()).toEqual({ ...draft, version: 3 });
  expect(error.draft).toEqual(draft);
});

test('a judgement is opened again, and left as it was, at one address', async () => {
  await server.reopen(4);
  await server.leaveReopened(4);
  const asked = requests.map(({ method, url }) => `${method} ${new URL(url).pathname}`);
  expect(asked).toEqual(['POST', 'DELETE'].map((method) => `${method} /api/v1/sessions/S1/readings/4/reopen/`));
  expect(requests[1]?.headers.get('X-CSRFToken')).toBe('abc=');
});

test('logging in sends name and password with the token', async () => {
  answer = async () => Response.json({ username: 'r01' });
  expect(await server.logIn('r01', 'secret')).toEqual({ username: 'r01' });
  expect(await sent().json()).toEqual({ username: 'r01', password: 'secret' });
  expect(sent().headers.get('X-CSRFToken')).toBe('abc=');
});

test('a conflict carries the session as it is now', async () => {
  const session = { code: 'S1', done: 4 };
  answer = async () => Response.json({ detail: 'Not the current case.', session }, { status: 409 });
  const error = (await refusal(server.judge('S1', 1, judgement, 'k'))) as ApiError;
  expect(error).toBeInstanceOf(ApiError);
  expect(error.status).toBe(409);
  expect(error.detail).toBe('Not the current case.');
  expect(error.session).toEqual(session);
});

test('field errors become one line for a person', async () => {
  const errors = { confidence: ['At least 1.', 'Whole numbers.'], call: ['Unknown.'] };
  answer = async () => Response.json(errors, { status: 400 });
  const error = (await refusal(server.judge('S1', 1, judgement, 'k'))) as ApiError;
  expect(error.detail).toBe('confidence: At least 1. Whole numbers.; call: Unknown.');
});

test('errors of a mark say which field they are of', async () => {
  const errors = { marks: { 0: { points: ['Out of the image.'] } } };
  answer = async () => Response.json(errors, { status: 400 });
  const error = (await refusal(server.judge('S1', 1, judgement, 'k'))) as ApiError;
  expect(error.detail).toBe('marks: 0: points: Out of the image.');
});

test('a refusal that is a web page is still a refusal', async () => {
  answer = async () => new Response('<h1>Forbidden</h1>', { status: 403 });
  const error = (await refusal(server.session())) as ApiError;
  expect(error).toBeInstanceOf(ApiError);
  expect(error.status).toBe(403);
});

test.each<[string, () => Promise<Response>]>([
  ['the network is gone', () => Promise.reject(new TypeError('Failed to fetch'))],
  [
    'the answer breaks off',
    async () => new Response(new ReadableStream({ start: (body) => body.error(new Error('reset')) })),
  ],
  ['a proxy answers with a web page', async () => new Response('<h1>Welcome to the guest network</h1>')],
  ['the answer is cut short', async () => new Response('{"code": "S')],
])('when %s, nothing is known to have been saved', async (_, happening) => {
  answer = happening;
  expect(await refusal(server.judge('S1', 1, judgement, 'k'))).toBeInstanceOf(NoAnswer);
});

test('a server that never answers is given up', async () => {
  vi.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.abort(new DOMException('', 'TimeoutError')));
  vi.stubGlobal('fetch', (_: string, { signal }: RequestInit) =>
    signal?.aborted ? Promise.reject(signal.reason) : new Promise(() => {}),
  );
  expect(await refusal(server.session())).toBeInstanceOf(NoAnswer);
});
