import type { Server } from './api';
import type { Problem } from './state';
import type { Feedback, Qualification, Session } from './wire';

/** The end of a session: its result, the answers where they are told at the end, and the way on. */
export class Finishing {
  private starting = false;
  private qualification: Qualification | null = null;
  private answers: readonly Feedback[] | null = null;
  problem: Problem | null = null;

  constructor(
    private readonly server: Server,
    private readonly problemOf: (error: unknown) => Problem,
    private readonly changed: () => void,
  ) {}

  state() {
    const { starting, qualification, answers, problem } = this;
    return { starting, qualification, answers, problem };
  }

  /** Ask for what the phase tells at its end; what is there already is not asked for again. */
  async ask({ phase }: Pick<Session, 'phase'>): Promise<void> {
    if (this.hasAll({ phase })) return;
    await this.attempt(async () => {
      if (phase.qualification_percent !== null) this.qualification ??= await this.server.qualification();
      if (phase.feedback === 'at-end') this.answers ??= await this.server.allFeedback();
    });
  }

  /** Whether the phase tells anything at its end. */
  tells({ phase }: Pick<Session, 'phase'>): boolean {
    return phase.qualification_percent !== null || phase.feedback === 'at-end';
  }

  /** Whether all is there that the phase tells at its end. */
  hasAll({ phase }: Pick<Session, 'phase'>): boolean {
    const lacksResult = phase.qualification_percent !== null && this.qualification === null;
    return !lacksResult && (phase.feedback !== 'at-end' || this.answers !== null);
  }

  /** Start the next session of the study; gives its code, or null when that was refused. */
  async startNext({ study }: Session): Promise<string | null> {
    if (this.starting) return null;
    this.starting = true;
    return this.attempt(async () => (await this.server.startSession(study.slug)).code);
  }

  private async attempt<T>(act: () => Promise<T>): Promise<T | null> {
    this.problem = null;
    this.changed();
    try {
      return await act();
    } catch (error) {
      this.problem = this.problemOf(error);
      return null;
    } finally {
      this.starting = false;
      this.changed();
    }
  }
}
