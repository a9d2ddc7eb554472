import { make } from '@/element';
import { problemWords } from '@/problems';
import { t } from '@/texts';
import { goButton, heading, link, type Named, type View } from './screen';

/** The session could not be had. */
export function failedScreen(retry: () => void, home: string): View<Named<'failed'>> {
  const element = make('article', { class: 'centred' });
  return {
    element,
    show: ({ problem }) => {
      const closed = problem.kind === 'closed' || problem.kind === 'no-case';
      const actions = problem.kind === 'no-case' ? [] : [goButton(t.failed.retry, retry)];
      element.replaceChildren(
        heading(closed ? t.failed.titleClosed : t.failed.title),
        make('p', {}, problemWords(problem)),
        make('p', { class: 'actions' }, ...actions, link(t.finished.home, home)),
      );
    },
  };
}
