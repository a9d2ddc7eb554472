/** What the machine takes from its surroundings, so that tests can hold time, windows and the network in their hands. */
export interface Surroundings {
  /** Milliseconds that never run backwards. */
  monotonic(): number;
  /** Informative only: a wall clock may be set at any time. */
  wall(): Date;
  newKey(): string;
  /** Run `task` after `ms`; returns how to call it off. */
  later(ms: number, task: () => void): () => void;
  /** Run `task` while no other window of this browser runs one. */
  alone<T>(task: () => Promise<T>): Promise<T>;
  /** Go away, soon: who the page was for has logged out. */
  leave(): void;
  /** The other windows of this browser that read under the same login. */
  readonly windows: Windows;
}

export interface Windows {
  post(message: unknown): void;
  listen(listener: (message: unknown) => void): void;
}

/** A window that was frozen while it held the lock must not stop the others for ever. */
const LOCK_PATIENCE_MS = 30_000;

/** By then the server knows of a logout. */
const LOGOUT_MS = 1_000;

/** The surroundings in a browser, for the login `user`, who begins at the address `home`. */
export function browserSurroundings(user: string, home = '/'): Surroundings {
  return {
    monotonic: () => performance.now(),
    wall: () => new Date(),
    newKey,
    later: (ms, task) => {
      const timer = window.setTimeout(task, ms);
      return () => window.clearTimeout(timer);
    },
    leave: () => window.setTimeout(() => window.location.assign(home), LOGOUT_MS),
    alone: (task) => alone(`readerstudy-outbox-${user}`, task),
    windows: windowsOf(user),
  };
}

/** A random UUID; crypto.randomUUID is missing where a hospital serves the page over plain HTTP. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/**
 * Without the lock (plain HTTP has none) two windows may send the same submission: its key makes that harmless, as
 * the server stores it once. The lock only spares the second request.
 */
async function alone<T>(name: string, task: () => Promise<T>): Promise<T> {
  if (!navigator.locks) return task();
  let begun = false;
  try {
    return await navigator.locks.request(name, { signal: AbortSignal.timeout(LOCK_PATIENCE_MS) }, () => {
      begun = true;
      return task();
    });
  } catch (error) {
    if (begun) throw error;
    return task();
  }
}

function windowsOf(user: string): Windows {
  if (!('BroadcastChannel' in window)) return { post: () => {}, listen: () => {} };
  const channel = new BroadcastChannel(`readerstudy-${user}`);
  return {
    post: (message) => channel.postMessage(message),
    listen: (listener) => channel.addEventListener('message', ({ data }) => listener(data)),
  };
}
