import { IDBDatabase, IDBFactory, IDBKeyRange, IDBObjectStore } from 'fake-indexeddb';
import { Keeper } from '@/keeping';
import { ReadingMachine, type State } from '@/session';
import type { Surroundings, Windows } from '@/surroundings';
import type { Call } from '@/wire';
import type { StudyServer } from './study';

Object.assign(globalThis, { IDBKeyRange, IDBDatabase, IDBObjectStore });

let computers = 0;

/** One computer with its disk, its windows and its clock, all in the test's hands. */
export class Computer {
  now = 0;
  /** What the wall clock is off by. */
  wallOff = 0;
  private keys = 0;
  private readonly name: string;
  private readonly disk: IDBFactory | undefined;
  private readonly windows: Window[] = [];
  private queue: Promise<unknown> = Promise.resolve();

  constructor({ private: isPrivate = false } = {}) {
    computers += 1;
    this.name = `computer-${computers}`;
    this.disk = isPrivate ? undefined : new IDBFactory();
  }

  /** Open a window on the session; `load` is called as the page does. */
  async open(server: StudyServer, { user = 'reader', session = 'S1' } = {}): Promise<Window> {
    const opened = new Window(this, user);
    this.windows.push(opened);
    opened.machine = new ReadingMachine(server, new Keeper(this.disk), opened, { user, session });
    await Promise.race([opened.machine.load(), settled()]);
    await settled();
    return opened;
  }

  /** What is on the disk, as another window finds it. */
  keeper(): Keeper {
    return new Keeper(this.disk);
  }

  kill(dead: Window): void {
    dead.alive = false;
    this.windows.splice(this.windows.indexOf(dead), 1);
  }

  newKey(): string {
    this.keys += 1;
    return `${this.name}-${this.keys}`;
  }

  others(than: Window): Window[] {
    return this.windows.filter((other) => other !== than && other.user === than.user);
  }

  /** One after the other, as under a lock. A dead window's task lets the next one in. */
  alone<T>(task: () => Promise<T>, of: Window): Promise<T> {
    const run = this.queue.then(task);
    this.queue = Promise.race([run, of.death]).catch(() => {});
    return run;
  }

  /** Let time pass: what was to happen later happens, in its order. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      const [next] = this.windows.flatMap(({ timers }) => timers).sort((a, b) => a.due - b.due);
      if (!next || next.due > end) break;
      this.now = next.due;
      next.ring();
      await settled();
    }
    this.now = end;
    await settled();
  }
}

interface Timer {
  readonly due: number;
  ring(): void;
}

/** A window of that computer: the machine's surroundings. */
export class Window implements Surroundings {
  machine!: ReadingMachine;
  readonly death: Promise<void>;
  timers: Timer[] = [];
  private listener: (message: unknown) => void = () => {};
  private die: () => void = () => {};
  private living = true;

  constructor(
    private readonly computer: Computer,
    readonly user: string,
  ) {
    this.death = new Promise((resolve) => {
      this.die = resolve;
    });
  }

  get alive(): boolean {
    return this.living;
  }

  set alive(alive: boolean) {
    this.living = alive;
    this.timers = [];
    if (!alive) this.die();
  }

  monotonic = (): number => this.computer.now;

  wall(): Date {
    return new Date(Date.UTC(2026, 2, 24) + this.computer.now + this.computer.wallOff);
  }

  newKey(): string {
    return this.computer.newKey();
  }

  later(ms: number, task: () => void): () => void {
    if (!this.living) return () => {};
    const timer: Timer = {
      due: this.computer.now + ms,
      ring: () => {
        this.forget(timer);
        task();
      },
    };
    this.timers.push(timer);
    return () => this.forget(timer);
  }

  left = false;

  leave(): void {
    this.left = true;
  }

  alone<T>(task: () => Promise<T>): Promise<T> {
    return this.computer.alone(task, this);
  }

  readonly windows: Windows = {
    post: (message) => {
      if (!this.living) return;
      const copy = structuredClone(message);
      for (const other of this.computer.others(this)) queueMicrotask(() => other.living && other.listener(copy));
    },
    listen: (listener) => {
      this.listener = listener;
    },
  };

  private forget(timer: Timer): void {
    this.timers = this.timers.filter((other) => other !== timer);
  }
}

/** Everything that was promised so far has happened, also in the database. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** A reader before a session whose instructions they have read. */
export async function openSession(server: StudyServer): Promise<{ machine: ReadingMachine; computer: Computer }> {
  const computer = new Computer();
  const { machine } = await computer.open(server);
  machine.begin();
  return { machine, computer };
}

/** Fill in the current case, as a reader with an image before them does. */
export function fillIn(machine: ReadingMachine, call: Call = 'synthetic', confidence = 80): void {
  const { reading } = stateOf(machine, 'reading');
  machine.imageShown(reading.position);
  machine.chooseCall(call);
  machine.setConfidence(confidence);
}

/** Read the current case to the end. */
export async function readCase(machine: ReadingMachine, call: Call = 'synthetic', confidence = 80): Promise<void> {
  fillIn(machine, call, confidence);
  void machine.submit();
  await settled();
}

/** The machine's state, known to be the named one. */
export function stateOf<Name extends State['name']>(
  machine: ReadingMachine,
  name: Name,
): Extract<State, { name: Name }> {
  expect(machine.state.name).toBe(name);
  return machine.state as Extract<State, { name: Name }>;
}
