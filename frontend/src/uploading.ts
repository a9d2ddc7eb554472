/** Sending files in pieces, so that a lost network or a reloaded page costs one piece and not the whole. No DOM here. */

import { desk } from './texts/desk';

/** A file of this computer, under the name that it will have. */
export interface Chosen {
  name: string;
  file: Blob;
  /** When it was last changed, in milliseconds. */
  stamp: number;
}

/** `cut`: partly on the server, and to be chosen again by the person to go on. */
export type State = 'waiting' | 'sending' | 'whole' | 'cut' | 'refused';

export interface Item {
  name: string;
  size: number;
  stamp: number;
  received: number;
  state: State;
  /** Why it was refused. */
  reason: string;
  file?: Blob;
}

interface Known {
  name: string;
  size: number;
  stamp: number;
  received: number;
}

interface Settings {
  /** Where pieces are put, listed and deleted. */
  url: string;
  maxChunk: number;
  send: (url: string, init: RequestInit) => Promise<Response>;
  pause: (milliseconds: number) => Promise<void>;
  /** Called after every change, with what stands in the way (empty: nothing). */
  changed: (trouble: string) => void;
}

const AT_ONCE = 3;
const LONGEST_PAUSE = 15_000;
const LEFT_BEHIND = new Set(['thumbs.db', 'desktop.ini', '__macosx']);

/** Whether operating systems leave such a file behind, and no person means it. */
export function isLeftBehind(name: string): boolean {
  return name.split('/').some((part) => part.startsWith('.') || LEFT_BEHIND.has(part.toLowerCase()));
}

/** Of one folder that is dropped or chosen, the names within count: its own name says nothing. */
export function withoutCommonFolder(names: string[]): string[] {
  const first = names[0]?.split('/')[0];
  const shared = names.every((name) => name.includes('/') && name.split('/')[0] === first);
  return shared ? names.map((name) => name.slice(name.indexOf('/') + 1)) : names;
}

export class Uploads {
  readonly items = new Map<string, Item>();
  isPaused = false;
  /** Bytes that arrived since this page was opened, and since when. */
  sent = 0;
  private active = 0;
  private trouble = '';

  constructor(private readonly settings: Settings) {}

  get all(): Item[] {
    return [...this.items.values()];
  }

  get isBusy(): boolean {
    return this.all.some((item) => item.state === 'waiting' || item.state === 'sending');
  }

  /** Ask the server what is there: after a reload, and whenever another window may have changed it. */
  async ask(): Promise<void> {
    const response = await this.settings.send(this.settings.url, {}).catch(() => null);
    if (!response?.ok || response.redirected) {
      return this.tell(desk.upload.unknown);
    }
    const { files } = (await response.json()) as { files: Known[] };
    for (const known of files) {
      const mine = this.items.get(known.name);
      if (mine?.file && mine.state !== 'whole') continue;
      this.items.set(known.name, { ...known, state: known.received === known.size ? 'whole' : 'cut', reason: '' });
    }
    this.tell('');
  }

  /** Send files; those that are there already, or partly, cost nothing twice. */
  add(chosen: Chosen[]): void {
    for (const { name, file, stamp } of chosen) {
      if (isLeftBehind(name)) continue;
      const before = this.items.get(name);
      const isSame = before?.size === file.size && before.stamp === stamp;
      if (isSame && (before.state === 'whole' || before.state === 'sending')) continue;
      const received = isSame ? before.received : 0;
      this.items.set(name, { name, size: file.size, stamp, received, state: 'waiting', reason: '', file });
    }
    this.tell('');
    this.goOn();
  }

  pause(): void {
    this.isPaused = true;
    this.tell(this.trouble);
  }

  resume(): void {
    this.isPaused = false;
    this.tell('');
    this.goOn();
  }

  async remove(name?: string): Promise<void> {
    const query = name === undefined ? '' : `?${new URLSearchParams({ name })}`;
    if (name === undefined) this.items.clear();
    else this.items.delete(name);
    try {
      await this.settings.send(this.settings.url + query, { method: 'DELETE' });
      this.tell('');
    } catch {
      this.tell(desk.upload.notRemoved);
    }
  }

  private goOn(): void {
    while (!this.isPaused && this.active < AT_ONCE) {
      const next = this.all.find((item) => item.state === 'waiting');
      if (!next) return;
      this.active += 1;
      next.state = 'sending';
      void this.sendWhole(next).finally(() => {
        this.active -= 1;
        this.tell(this.trouble);
        this.goOn();
      });
    }
  }

  private async sendWhole(item: Item): Promise<void> {
    let patience = 1000;
    while (item.state === 'sending' && this.items.get(item.name) === item) {
      if (this.isPaused) {
        item.state = 'waiting';
        return;
      }
      const wait = await this.sendPiece(item);
      if (wait) {
        await this.settings.pause(patience);
        patience = Math.min(patience * 2, LONGEST_PAUSE);
      } else {
        patience = 1000;
      }
    }
  }

  /** Send the next piece; true where it is worth waiting and trying again. */
  private async sendPiece(item: Item): Promise<boolean> {
    const { maxChunk, url } = this.settings;
    let body: ArrayBuffer;
    try {
      body = await (item.file as Blob).slice(item.received, item.received + maxChunk).arrayBuffer();
    } catch {
      return this.refuse(item, desk.upload.unreadable);
    }
    const { name, size, stamp, received } = item;
    const query = new URLSearchParams({ name, size: `${size}`, stamp: `${stamp}`, offset: `${received}` });
    try {
      return await this.take(item, await this.settings.send(`${url}?${query}`, { method: 'PUT', body }));
    } catch {
      this.tell(desk.upload.unreachable);
      return true;
    }
  }

  private async take(item: Item, response: Response): Promise<boolean> {
    if (response.redirected || response.status === 403 || response.status === 404) {
      this.isPaused = true;
      this.tell(desk.upload.loggedOut);
      return false;
    }
    if (response.status >= 500 && response.status !== 507) {
      this.tell(desk.upload.inTrouble);
      return true;
    }
    const answer = (await response.json()) as { received: number | null; detail?: string };
    if (!response.ok && answer.received === null) return this.refuse(item, answer.detail ?? desk.upload.wasRefused);
    const received = answer.received ?? 0;
    if (response.ok) this.sent += received - item.received;
    item.received = received;
    if (received === item.size) item.state = 'whole';
    this.tell('');
    return !response.ok && item.state === 'sending';
  }

  private refuse(item: Item, reason: string): false {
    item.state = 'refused';
    item.reason = reason;
    return false;
  }

  private tell(trouble: string): void {
    this.trouble = trouble;
    this.settings.changed(trouble);
  }
}
