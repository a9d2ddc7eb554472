import { ApiError } from '@/api';
import type { Draft } from '@/state';
import type { JudgementBody } from '@/wire';
import { Computer, settled, type Window } from './bench';
import { drawing } from './drawing';
import { CALL, type Fault, question, StudyServer } from './study';

const CASES = 7;
const NOTES = question({ name: 'notes' });

/** One reader at one computer, with everything that can go wrong drawn from a seed. */
class Walk {
  private readonly draw: ReturnType<typeof drawing>;
  readonly computer = new Computer();
  readonly server: StudyServer;
  private windows: Window[] = [];
  /** What was on the screen of a case when it was last sent. */
  readonly sent = new Map<number, Draft[]>();
  steps: string[] = [];

  constructor(seed: number) {
    this.draw = drawing(seed);
    const phase = this.draw.among([
      {},
      { feedback: 'after-each' as const },
      { end_questions: [NOTES] },
      { revisit: true },
      { undo_seconds: 0 },
    ]);
    this.server = new StudyServer(CASES, { questions: [CALL, NOTES], ...phase });
  }

  /** Walk until the session is finished; false if it never is. */
  async toTheEnd(): Promise<boolean> {
    for (let step = 0; step < 400; step += 1) {
      if (this.windows.length === 0) this.windows.push(await this.computer.open(this.server));
      await this.step(this.draw.among(this.windows));
      if (step > 300) this.fairWeather();
      if (this.isOver()) return true;
    }
    return false;
  }

  private isOver(): boolean {
    return this.windows.some(({ machine: { state } }) => state.name === 'finished' && state.save.pending === 0);
  }

  private fairWeather(): void {
    this.server.down = false;
    this.server.faults = [];
    this.server.draftFaults = [];
  }

  private async step(at: Window): Promise<void> {
    const act = this.draw.chance(0.75) ? this.read : this.draw.among([this.weather, this.trouble, this.changeMind]);
    this.steps.push(`${at.machine.state.name} ${act.name}`);
    await act.call(this, at);
    await this.computer.pass(this.draw.among([0, 10, 300, 1_500, 6_000]));
  }

  /** What a reader does next, in the state that the window is in. */
  private async read({ machine }: Window): Promise<void> {
    const { state } = machine;
    if (state.login.needed) void machine.logIn(this.draw.among(['right', 'wrong']));
    else if (state.name === 'told') machine.begin();
    else if (state.name === 'failed') void machine.retry();
    else if (state.name === 'paused') machine.resume();
    else if (state.name === 'feedback') machine.proceed();
    else if (state.name === 'end-questions') this.answerAtEnd(machine);
    else if (state.name === 'reading') this.readCase(machine);
    await settled();
  }

  private answerAtEnd(machine: Window['machine']): void {
    machine.answer('notes', `ended ${this.draw.below(100)}`);
    void machine.submit();
  }

  private readCase(machine: Window['machine']): void {
    const { state } = machine;
    if (state.name !== 'reading') return;
    if (state.conflict) this.draw.among([() => machine.keepMine(), () => machine.takeTheirs()])();
    machine.imageShown(state.reading.position);
    machine.chooseCall(this.draw.among(['authentic', 'synthetic'] as const));
    machine.setConfidence(1 + this.draw.below(100));
    if (this.draw.chance(0.3)) machine.answer('notes', `note ${this.draw.below(1000)}`);
    if (this.draw.chance(0.75)) this.send(machine);
  }

  private send(machine: Window['machine']): void {
    const { state } = machine;
    if (state.name !== 'reading' || machine.missing().length > 0) return;
    const { position } = state.reading;
    this.sent.set(position, [...(this.sent.get(position) ?? []), state.draft]);
    void machine.submit();
    if (this.draw.chance(0.2)) void machine.submit();
  }

  private async weather(): Promise<void> {
    const faults: Fault[] = ['lost on the way', 'answer lost', new ApiError(503, ''), new ApiError(429, '')];
    this.server.down = this.draw.chance(0.3);
    this.server.faults = this.draw.chance(0.5) ? [this.draw.among(faults)] : [];
    this.server.draftFaults = this.draw.chance(0.5) ? [this.draw.among(faults)] : [];
    if (this.draw.chance(0.2)) this.server.loggedIn = false;
  }

  private async trouble(at: Window): Promise<void> {
    if (this.draw.chance(0.4)) {
      this.computer.kill(at);
      this.windows = this.windows.filter((other) => other !== at);
    } else if (this.windows.length < 3) {
      this.windows.push(await this.computer.open(this.server));
    }
    at.machine.hide(this.draw.chance(0.3));
  }

  private async changeMind({ machine }: Window): Promise<void> {
    this.server.undoLeft = this.draw.among([0, 60]);
    if (this.draw.chance(0.3)) machine.pause();
    else if (this.draw.chance(0.5)) void machine.undo();
    else if (this.draw.chance(0.5)) void machine.revisit(1 + this.draw.below(CASES));
    else void machine.leaveAsItWas();
    await settled();
  }
}

test.each(Array.from({ length: 60 }, (_, seed) => seed))(
  'whatever happens, each case ends judged, once for each time it was opened, as it was entered (seed %d)',
  async (seed) => {
    const walk = new Walk(seed);
    const finished = await walk.toTheEnd();
    expect(finished, walk.steps.slice(-12).join('; ')).toBe(true);
    const { server, sent } = walk;
    expect([...server.judged.keys()].sort()).toEqual(Array.from({ length: CASES }, (_, at) => at + 1));
    expect(new Set(server.keys).size).toBe(server.keys.length);
    for (const [position, revisions] of server.judged) {
      const drafts = sent.get(position) ?? [];
      for (const { body } of revisions) {
        const { call, confidence, answers } = body as JudgementBody;
        expect(drafts).toContainEqual({ call, confidence, answers, marks: [] });
      }
    }
  },
);
