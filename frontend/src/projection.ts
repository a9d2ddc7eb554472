import type { Entry } from './keeping';
import type { Session } from './wire';

export interface Projection {
  /** The session as it will be once everything that waits is delivered, as far as this browser can tell. */
  readonly session: Session;
  /** The page cannot go on before the server has answered. */
  readonly waiting: boolean;
}

/**
 * Where a reader may be while submissions are still on their way.
 *
 * The server opens a few images ahead, so a reader goes on with these. Where the next step needs the server's word
 * (an answer, an aid, an image that is not open yet), the page waits.
 */
export function projected(session: Session, pending: readonly Entry[]): Projection {
  if (pending.length === 0) return { session, waiting: false };
  const quiet = { ...session, undo: null, earlier: [] };
  if (pending.some(({ kind }) => kind === 'end')) {
    return { session: { ...quiet, stage: 'end-questions', done: session.cases, readings: [] }, waiting: true };
  }
  const judged = new Set(pending.map(({ position }) => position));
  const readings = session.readings.filter(({ position }) => !judged.has(position));
  // A revised case was counted when it was judged first.
  const ahead = session.readings.length - readings.length - Number(session.reopened);
  const first = session.readings[0];
  const moved = { ...quiet, readings, done: Math.min(session.cases, session.done + ahead) };
  // Only what waits behind an open case: that one is to be judged first.
  if (!first || !judged.has(first.position)) return { session: quiet, waiting: false };
  return goOn(session, moved);
}

function goOn(before: Session, moved: Session): Projection {
  const [next] = moved.readings;
  const { phase } = before;
  if (before.reopened || phase.feedback === 'after-each') return { session: moved, waiting: true };
  // What comes after the last case, the server tells: questions at the end are not to be known before.
  return { session: moved, waiting: next?.aided ?? true };
}
