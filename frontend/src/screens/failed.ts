import { make } from '@/element';
import { problemWords } from '@/problems';
import type { State } from '@/state';
import { t } from '@/texts';
import { goButton, heading, link, type View } from './screen';

/** The session could not be had. */
export function failedScreen(retry: () => void, home: string): View<Extract<State, { name: 'failed' }>> {
  const element = make('article', { class: 'centred' });
  return {
    element,
    show: ({ problem, save }) => {
      const closed = problem.kind === 'closed' || problem.kind === 'no-case';
      const actions = problem.kind === 'no-case' ? [] : [goButton(t.failed.retry, retry)];
      element.replaceChildren(
        heading(closed ? t.failed.titleClosed : t.failed.title),
        make('p', {}, problemWords(problem)),
        ...(problem.kind === 'closed' ? [make('p', {}, save.pending > 0 ? t.failed.kept : t.failed.saved)] : []),
        make('p', { class: 'actions' }, ...actions, link(t.finished.home, home)),
      );
    },
  };
}
