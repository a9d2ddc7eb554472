import type { Draft, Notice, Problem } from './state';
import { t } from './texts';

/** A problem in words for the reader: the server's own, where it has some. */
export function problemWords({ kind, detail }: Problem): string {
  if (kind === 'refused') return detail || t.problems.refused;
  const words = { unreachable: t.problems.unreachable, closed: t.problems.closed, image: t.problems.image };
  return kind === 'no-case' ? t.problems.noCase : words[kind];
}

/** What happened beside the reader's own doing, in words; `now` is the case on the screen. */
export function noticeWords(notice: Notice, now: number | null): string {
  switch (notice.kind) {
    case 'judged-elsewhere':
      return [
        t.problems.elsewhere(notice.position),
        notice.kept ? t.problems.notTaken(draftWords(notice.kept)) : '',
        now === null ? '' : t.problems.nowOn(now),
      ]
        .filter(Boolean)
        .join(' ');
    case 'sent-back':
      return t.problems.sentBack(notice.position, notice.detail);
    case 'ended-elsewhere':
      return t.problems.endedElsewhere;
    case 'not-reopened':
      return notice.detail || t.undo.tooLate;
    case 'break':
      return `${t.pause.breakTitle} ${t.pause.breakText(notice.minutes)}`;
    case 'timed-out':
      return `${t.image.case(notice.position)}: ${notice.empty ? t.time.outEmpty : t.time.out}`;
  }
}

/** What was entered, in one line. */
export function draftWords({ call, confidence, answers, marks }: Draft): string {
  const calls = { authentic: t.call.authentic, synthetic: t.call.synthetic, 'cannot-tell': t.call.cannotTell };
  const said = [
    call ? calls[call] : '',
    confidence === null ? '' : `${t.call.confidence} ${confidence}`,
    ...Object.values(answers).map(String),
    marks.length > 0 ? t.marks.count(marks.length) : '',
  ].filter(Boolean);
  return said.length > 0 ? said.join(', ') : t.conflict.empty;
}
