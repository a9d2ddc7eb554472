import type { CommandName } from '@/keys';
import type { PhaseWire } from '@/wire';

const RATING: readonly CommandName[] = ['authentic', 'synthetic', 'confidence-up', 'confidence-down'];
const OPTIONAL: readonly CommandName[] = [
  ...RATING,
  'cannot-tell',
  'undo',
  'earlier',
  'later',
  'mark-point',
  'mark-box',
  'mark-freehand',
];

/**
 * Commands that mean nothing in a phase, and that nobody may read of there: where the purpose is not told, the name of
 * a command would tell it. Before the phase is known, all that depend on it.
 */
export function unofferedIn(phase: PhaseWire | null): ReadonlySet<CommandName> {
  if (!phase) return new Set(OPTIONAL);
  const call = phase.questions.find(({ kind }) => kind === 'call');
  const tools = phase.questions.flatMap((question) => question.tools);
  const offered: CommandName[] = [
    ...(call ? RATING : []),
    ...(call && !call.forced ? (['cannot-tell'] as const) : []),
    ...(phase.undo_seconds > 0 ? (['undo'] as const) : []),
    ...(phase.revisit ? (['earlier', 'later'] as const) : []),
    ...tools.map((tool) => `mark-${tool}` as const),
  ];
  return new Set(OPTIONAL.filter((name) => !offered.includes(name)));
}
