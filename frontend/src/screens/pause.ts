import { make } from '@/element';
import { t } from '@/texts';
import { goButton, heading, type Named, type View } from './screen';

/** The image is hidden and the clock stands. */
export function pauseScreen(resume: () => void): View<Named<'paused'>> {
  const element = make('article', { class: 'centred' }, heading(t.pause.title), make('p', {}, t.pause.text));
  element.append(make('p', { class: 'actions' }, goButton(t.pause.resume, resume)));
  return { element, show: () => {} };
}
