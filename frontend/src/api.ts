import type { components } from '../generated/api';
import { csrfToken } from './cookie';

type Schemas = components['schemas'];
export type Session = Schemas['Session'];
export type Reading = Schemas['Reading'];
export type Judgement = Schemas['JudgementRequest'];
export type JudgementResult = Schemas['JudgementResult'];
export type Feedback = Schemas['Feedback'];
export type Call = Judgement['call'];

/** The server answered, and the answer is no. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    readonly detail: string,
    /** The session as it is now, where the server sent it along (409). */
    readonly session: Session | null = null,
  ) {
    super(`${status}: ${detail}`);
  }
}

/** No usable answer came: whether the request took effect is not known. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

export interface Server {
  session(): Promise<Session>;
  judge(position: number, judgement: Judgement, key: string): Promise<JudgementResult>;
  feedback(position: number): Promise<Feedback>;
  startSession(study: string): Promise<Session>;
}

/** The reading API of one session. `base` is the API root with a trailing slash. */
export function connect(base: string, code: string): Server {
  const session = `${base}sessions/${encodeURIComponent(code)}/`;
  return {
    session: () => request('GET', session),
    judge: (position, judgement, key) =>
      request('POST', `${session}readings/${position}/judgements/`, judgement, { 'Idempotency-Key': key }),
    feedback: (position) => request('GET', `${session}readings/${position}/feedback/`),
    startSession: (study) => request('POST', `${base}studies/${encodeURIComponent(study)}/sessions/`),
  };
}

/** Long enough for a slow hospital network, short enough that a reader is not left wondering. */
const PATIENCE_MS = 20_000;

async function request<T>(method: string, url: string, body?: unknown, extra: Record<string, string> = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json', ...extra };
  if (method !== 'GET') headers['X-CSRFToken'] = csrfToken();
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const init: RequestInit = { method, headers, credentials: 'same-origin', signal: AbortSignal.timeout(PATIENCE_MS) };
  if (body !== undefined) init.body = JSON.stringify(body);
  const { response, content } = await exchange(url, init);
  if (!response.ok) throw refusal(response.status, content);
  if (content === null) throw new NoAnswer(`The answer to ${method} is not JSON`);
  return content as T;
}

async function exchange(url: string, init: RequestInit): Promise<{ response: Response; content: unknown }> {
  try {
    const response = await fetch(url, init);
    return { response, content: parse(await response.text()) };
  } catch (cause) {
    throw new NoAnswer('The server could not be reached', { cause });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function refusal(status: number, content: unknown): ApiError {
  if (typeof content !== 'object' || content === null) return new ApiError(status, '');
  const { detail, session = null, ...fields } = content as { detail?: string; session?: Session };
  return new ApiError(status, detail ?? fieldErrors(fields), session);
}

/** `{"confidence": ["At least 1."]}` as one line for a person. */
function fieldErrors(fields: Record<string, unknown>): string {
  return Object.entries(fields)
    .map(([field, messages]) => `${field}: ${[messages].flat().join(' ')}`)
    .join('; ');
}
