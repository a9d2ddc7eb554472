import type { Told } from './course';
import type { CurrentCase } from './current';
import type { Ending } from './ending';
import type { Finishing } from './finishing';
import type { Problem, Screen } from './state';
import type { Session } from './wire';

/** Everything that decides what is on the screen. */
export interface Situation {
  readonly session: Session | null;
  readonly current: CurrentCase | null;
  readonly told: Told | null;
  readonly ending: Ending | null;
  readonly finishing: Finishing | null;
  readonly failure: Problem | null;
  readonly displayProblem: Problem | null;
  readonly cover: 'instructions' | 'pause' | null;
  /** What the reader is told before the first case was read. */
  readonly begun: boolean;
}

export function screenOf(situation: Situation): Screen {
  const { failure, told, session, ending, finishing } = situation;
  if (failure) return { name: 'failed', problem: failure };
  if (!session) return { name: 'loading' };
  if (told) return { name: 'feedback', session, ...shown(told.of), feedback: told.feedback, problem: told.problem };
  if (session.stage === 'finished' && finishing) return { name: 'finished', session, ...finishing.state() };
  if (!session.display_checked) return { name: 'display-check', session, problem: situation.displayProblem };
  if (session.stage === 'end-questions' && ending) return { name: 'end-questions', session, ...ending.state() };
  return situation.current ? caseScreen(session, situation.current, situation) : { name: 'loading' };
}

function caseScreen(session: Session, current: CurrentCase, { begun, cover }: Situation): Screen {
  if (!begun) return { name: 'told', session, again: false };
  if (current.sent) return { name: 'submitting', session, ...shown(current) };
  if (cover === 'instructions') return { name: 'told', session, again: true };
  if (cover === 'pause') return { name: 'paused', session, ...shown(current) };
  const { problem, conflict } = current;
  return { name: 'reading', session, ...shown(current), problem, conflict };
}

function shown({ reading, draft, revising, aid }: CurrentCase) {
  return { reading, draft, revising, aid };
}
