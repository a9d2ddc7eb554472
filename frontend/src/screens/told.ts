import { facts, make } from '@/element';
import { t } from '@/texts';
import type { PhaseWire, Question, Session } from '@/wire';
import { goButton, heading, type Named, type View } from './screen';

/** What the reader is told before the first case, and again on wish. */
export function toldScreen(begin: () => void): View<Named<'told'>> {
  const element = make('article', { class: 'told' });
  return {
    element,
    show: ({ session, again }) => {
      if (element.childElementCount > 0) return;
      element.append(...contentOf(session), goButton(again ? t.told.back : wayOn(session), begin));
    },
  };
}

function wayOn({ done }: Session): string {
  return done > 0 ? t.told.goOn : t.told.start;
}

function contentOf(session: Session): Node[] {
  const { phase } = session;
  const told = make('div', { class: 'told-words' });
  // The server has made this HTML from Markdown, with all HTML of its author's taken as text.
  told.innerHTML = phase.told_html;
  return [
    make('p', { class: 'over' }, `${session.study.title} · ${phase.title}`),
    heading(t.told.title),
    ...(phase.told_html ? [told] : []),
    factsOf(session),
    ...questions(t.told.questions, phase.questions),
    make('p', { class: 'aside' }, t.told.dim),
  ];
}

function factsOf({ phase, cases, done }: Session): HTMLElement {
  const percent = phase.disclosed_prevalence;
  const twice = phase.aid === 'sequential';
  return facts([
    [t.told.casesLabel, twice ? t.told.casesTwice(cases / 2) : t.told.cases(cases)],
    [
      t.told.leftLabel,
      done === 0 ? null : twice ? t.told.judgementsLeft(cases - done, cases) : t.told.casesLeft(cases - done, cases),
    ],
    [t.told.prevalenceLabel, percent === null ? null : t.told.prevalence(percent)],
    [t.told.aidLabel, { none: null, concurrent: t.told.aidConcurrent, sequential: t.told.aidSequential }[phase.aid]],
    [t.told.timeLabel, timeOf(phase)],
    [t.told.undoLabel, changingOf(phase)],
    [
      t.told.feedbackLabel,
      { none: null, 'after-each': t.told.feedbackEach, 'at-end': t.told.feedbackEnd }[phase.feedback],
    ],
    [
      t.told.qualificationLabel,
      phase.qualification_percent === null ? null : t.told.qualification(phase.qualification_percent),
    ],
    [t.told.pauseLabel, t.told.pause],
  ]);
}

function timeOf({ time_limit, time_limit_seconds }: PhaseWire): string | null {
  if (time_limit === 'none' || time_limit_seconds === null) return null;
  const seconds = t.time.inWords(time_limit_seconds);
  return time_limit === 'hard' ? t.told.timeHard(seconds) : t.told.timeSoft(seconds);
}

function changingOf({ revisit, undo_seconds, aid }: PhaseWire): string {
  if (revisit) return t.told.revisit;
  if (undo_seconds === 0) return t.told.noUndo;
  return aid === 'sequential' ? t.told.undoAided(undo_seconds) : t.told.undo(undo_seconds);
}

function questions(title: string, asked: readonly Question[]): Node[] {
  if (asked.length === 0) return [];
  return [make('h3', {}, title), make('ul', {}, ...asked.map(({ text }) => make('li', {}, text)))];
}
