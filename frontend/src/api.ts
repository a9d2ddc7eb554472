import { csrfToken } from './cookie';
import type {
  Aid,
  Answers,
  Display,
  Feedback,
  JudgementBody,
  JudgementResult,
  Qualification,
  ServerDraft,
  Session,
} from './wire';

export type { Feedback, Reading, Session } from './wire';

/** The server answered, and the answer is no. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    readonly detail: string,
    /** The session as it is now, where the server sent it along (409). */
    readonly session: Session | null = null,
    /** The newer draft of another window, where the server sent it along (409). */
    readonly draft: ServerDraft | null = null,
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
  /** `session`: its code, which may be another than the page's own, where an older one left something behind. */
  judge(session: string, position: number, judgement: JudgementBody, key: string): Promise<JudgementResult>;
  end(session: string, answers: Answers, key: string): Promise<Session>;
  saveDraft(position: number, draft: ServerDraft): Promise<{ version: number }>;
  reopen(position: number): Promise<Session>;
  /** Let the judgement stand that was opened again. */
  leaveReopened(position: number): Promise<Session>;
  aid(position: number): Promise<Aid>;
  feedback(position: number): Promise<Feedback>;
  allFeedback(): Promise<Feedback[]>;
  qualification(): Promise<Qualification>;
  checkDisplay(study: string, display: Display): Promise<unknown>;
  startSession(study: string): Promise<Session>;
  logIn(username: string, password: string): Promise<{ username: string }>;
}

/** The reading API of one session. `base` is the API root with a trailing slash. */
export function connect(base: string, code: string): Server {
  const at = (session: string) => `${base}sessions/${encodeURIComponent(session)}/`;
  const study = (slug: string) => `${base}studies/${encodeURIComponent(slug)}/`;
  const own = at(code);
  return {
    session: () => request('GET', own),
    judge: (session, position, judgement, key) =>
      request('POST', `${at(session)}readings/${position}/judgements/`, judgement, { 'Idempotency-Key': key }),
    end: (session, answers, key) => request('POST', `${at(session)}end/`, { answers }, { 'Idempotency-Key': key }),
    saveDraft: (position, draft) => request('PUT', `${own}readings/${position}/draft/`, draft),
    reopen: (position) => request('POST', `${own}readings/${position}/reopen/`),
    leaveReopened: (position) => request('DELETE', `${own}readings/${position}/reopen/`),
    aid: (position) => request('GET', `${own}readings/${position}/aid/`),
    feedback: (position) => request('GET', `${own}readings/${position}/feedback/`),
    allFeedback: () => request('GET', `${own}feedback/`),
    qualification: () => request('POST', `${own}qualification/`),
    checkDisplay: (slug, display) => request('POST', `${study(slug)}display/`, display),
    startSession: (slug) => request('POST', `${study(slug)}sessions/`),
    logIn: (username, password) => request('POST', `${base}login/`, { username, password }),
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

interface Refusal {
  detail?: string;
  session?: Session;
  draft?: ServerDraft;
}

function refusal(status: number, content: unknown): ApiError {
  if (typeof content !== 'object' || content === null) return new ApiError(status, '');
  const { detail, session = null, draft = null, ...fields } = content as Refusal;
  return new ApiError(status, detail ?? fieldErrors(fields), session, draft);
}

/** `{"confidence": ["At least 1."]}` as one line for a person. */
function fieldErrors(fields: Record<string, unknown>): string {
  return Object.entries(fields)
    .map(([field, messages]) => `${field}: ${[messages].flat().map(words).join(' ')}`)
    .join('; ');
}

/** Errors of nested fields come nested. */
function words(message: unknown): string {
  if (typeof message !== 'object' || message === null) return String(message);
  return fieldErrors(message as Record<string, unknown>);
}
