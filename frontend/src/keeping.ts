import type { ViewEntry } from './wire';

/** In place of a position: the answers at the end. */
export const END = 0;

/** A submission on its way to the server. Its key is made before it is sent for the first time. */
export interface Entry {
  readonly key: string;
  /** Whose it is: it is never sent under another login. */
  readonly user: string;
  readonly session: string;
  readonly kind: 'judgement' | 'end';
  /** Place in the hanging list, or `END`. */
  readonly position: number;
  readonly body: unknown;
  /** By the wall clock, for people only. */
  readonly made_at: string;
  /** What the server said when it refused it; null as long as it may be sent. */
  readonly refusal: string | null;
}

/** What is being entered for one case, as this computer keeps it. */
export interface KeptDraft {
  readonly user: string;
  readonly session: string;
  readonly position: number;
  readonly body: unknown;
  readonly seconds: number;
  readonly view_log: readonly ViewEntry[];
  /** Version of the server's draft that this one was made from. */
  readonly version: number;
  /** Whether the server has all of it. */
  readonly clean: boolean;
}

const NAME = 'readerstudy';
const PATIENCE_MS = 3_000;

/**
 * What this computer keeps: submissions in the order in which they were made, and drafts.
 *
 * In IndexedDB, written through to the disk ("strict"). Where the browser gives none, or fails, everything is held in
 * memory instead, and `durable` says so.
 */
export class Keeper {
  private readonly heldEntries = new Map<string, Entry>();
  private readonly heldDrafts = new Map<string, KeptDraft>();
  private opening: Promise<IDBDatabase> | null = null;
  durable = true;

  /** With no factory (null) it keeps everything in memory, and nothing on this computer. */
  constructor(private readonly factory: IDBFactory | null | undefined = globalThis.indexedDB) {}

  /** The submissions of this login, the oldest first. */
  async entries(user: string): Promise<Entry[]> {
    return (await this.allEntries(user)).entries;
  }

  /** The same, and whether this is all: what could not be read is not known to be gone. */
  async allEntries(user: string): Promise<{ entries: Entry[]; complete: boolean }> {
    let complete = true;
    const kept = await this.attempt<Entry[]>(
      () => this.read('entries', (store) => store.getAll()),
      () => {
        complete = !this.factory;
        return [];
      },
    );
    const entries = inMadeOrder(kept, [...this.heldEntries.values()])
      .filter((entry) => entry.user === user)
      .map(withoutOrder);
    return { entries, complete };
  }

  /** Keep a submission, and let go of the draft that it was made of, in one step. */
  async add(entry: Entry): Promise<void> {
    await this.attempt(
      () =>
        this.write(['entries', 'drafts'], (entries, drafts) => {
          entries?.add(entry);
          drafts?.delete(keyOf(entry));
        }),
      () => this.heldEntries.set(entry.key, entry),
    );
    this.heldDrafts.delete(keyOf(entry).join());
  }

  /** Put another in the place of an entry, or nothing (null). What another window has removed does not come back. */
  async replace(key: string, entry: Entry | null): Promise<void> {
    if (this.heldEntries.has(key)) {
      this.heldEntries.delete(key);
      if (entry) this.heldEntries.set(entry.key, entry);
      return;
    }
    await this.attempt(
      () => this.write(['entries'], (store) => store && putInPlace(store, key, entry)),
      () => entry && this.heldEntries.set(entry.key, entry),
    );
  }

  /** Put a mended entry in the place of a refused one, or at the end where another window has removed that. */
  async mend(key: string, entry: Entry): Promise<void> {
    if (this.heldEntries.has(key)) return this.replace(key, entry);
    await this.attempt(
      () =>
        this.write(['entries', 'drafts'], (entries, drafts) => {
          if (entries) putInPlace(entries, key, entry, true);
          drafts?.delete(keyOf(entry));
        }),
      () => this.heldEntries.set(entry.key, entry),
    );
  }

  /** The drafts of a session. */
  async drafts(user: string, session: string): Promise<KeptDraft[]> {
    return (await this.allDrafts(user)).filter((draft) => draft.session === session);
  }

  /** The drafts of a login. */
  async allDrafts(user: string): Promise<KeptDraft[]> {
    // Any list comes after any text and number.
    const range = IDBKeyRange.bound([user], [user, []]);
    const kept = await this.attempt<KeptDraft[]>(
      () => this.read('drafts', (store) => store.getAll(range)),
      () => [],
    );
    return [...kept, ...[...this.heldDrafts.values()].filter((draft) => draft.user === user)];
  }

  /** Let go of what other logins have left here and the server has too. */
  async forgetOthers(user: string): Promise<void> {
    await this.attempt(
      () => this.write(['drafts'], (drafts) => drafts && dropClean(drafts, user)),
      () => {},
    );
  }

  async keepDraft(draft: KeptDraft): Promise<void> {
    await this.attempt(
      () => this.write(['drafts'], (store) => store?.put(draft, keyOf(draft))),
      () => this.heldDrafts.set(keyOf(draft).join(), draft),
    );
  }

  async dropDraft(user: string, session: string, position: number): Promise<void> {
    const key = keyOf({ user, session, position });
    this.heldDrafts.delete(key.join());
    await this.attempt(
      () => this.write(['drafts'], (store) => store?.delete(key)),
      () => {},
    );
  }

  /** `act` in the database; `otherwise` where that does not work. */
  private async attempt<T>(act: () => Promise<T>, otherwise: () => unknown): Promise<T> {
    try {
      return await act();
    } catch {
      this.durable = false;
      return otherwise() as T;
    }
  }

  private async read<T>(name: string, ask: (store: IDBObjectStore) => IDBRequest): Promise<T> {
    const store = (await this.database()).transaction(name, 'readonly').objectStore(name);
    return inTime(answerTo<T>(ask(store)));
  }

  private async write(names: string[], act: (...stores: (IDBObjectStore | undefined)[]) => unknown): Promise<void> {
    const transaction = (await this.database()).transaction(names, 'readwrite', { durability: 'strict' });
    act(...names.map((name) => transaction.objectStore(name)));
    await inTime(finished(transaction));
  }

  private database(): Promise<IDBDatabase> {
    this.opening ??= this.open().catch((error) => {
      // The next act tries again: a disk that was busy may answer by then.
      this.opening = null;
      throw error;
    });
    return this.opening;
  }

  private async open(): Promise<IDBDatabase> {
    if (!this.factory) throw new Error('This browser has no IndexedDB');
    const request = this.factory.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('entries', { keyPath: 'order', autoIncrement: true }).createIndex('key', 'key');
      request.result.createObjectStore('drafts');
    };
    const database = await inTime(answerTo<IDBDatabase>(request));
    // The browser may close it at any time (low disk, "clear site data"): the next act opens it again.
    database.onclose = () => {
      this.opening = null;
    };
    database.onversionchange = () => {
      database.close();
      this.opening = null;
    };
    return database;
  }
}

function keyOf({
  user,
  session,
  position,
}: {
  user: string;
  session: string;
  position: number;
}): [string, string, number] {
  return [user, session, position];
}

function withoutOrder(entry: Entry & { order?: number }): Entry {
  const { order: _, ...rest } = entry;
  return rest;
}

/** Those held in memory among those on the disk, whose own order is certain: a wall clock may have been set back. */
function inMadeOrder(kept: readonly Entry[], held: readonly Entry[]): Entry[] {
  const entries = [...kept];
  for (const entry of held) {
    const later = entries.findIndex(({ made_at }) => made_at > entry.made_at);
    entries.splice(later < 0 ? entries.length : later, 0, entry);
  }
  return entries;
}

/** The place in the order stays, whatever is put into it. */
function putInPlace(store: IDBObjectStore, key: string, entry: Entry | null, orAdd = false): void {
  const search = store.index('key').getKey(key);
  search.onsuccess = () => {
    if (search.result === undefined) {
      if (entry && orAdd) store.add(entry);
    } else if (entry) store.put({ ...entry, order: search.result });
    else store.delete(search.result);
  };
}

function dropClean(drafts: IDBObjectStore, butOf: string): void {
  const search = drafts.openCursor();
  search.onsuccess = () => {
    const cursor = search.result;
    if (!cursor) return;
    const { user, clean } = cursor.value as KeptDraft;
    if (user !== butOf && clean) cursor.delete();
    cursor.continue();
  };
}

function answerTo<T>(request: IDBRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result as T);
    request.onerror = () => reject(request.error);
  });
}

function finished(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

/** Some private windows neither open a database nor say that they do not. */
function inTime<T>(promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('IndexedDB does not answer')), PATIENCE_MS);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
