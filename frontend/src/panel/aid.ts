import { button, facts, make } from '@/element';
import type { State } from '@/state';
import { t } from '@/texts';
import type { Aid } from '@/wire';

type Reading = Extract<State, { aid: unknown }>;

/** What the phase gives beside the case, or that one's own judgement comes first. */
export function showAid(root: HTMLElement, { aid, reading, session }: Reading, retry: () => void): void {
  const own = session.phase.aid === 'sequential' && !reading.aided;
  root.hidden = session.phase.aid === 'none';
  const said = JSON.stringify([own, aid]);
  if (root.hidden || root.dataset.said === said) return;
  root.dataset.said = said;
  root.replaceChildren(
    ...(own ? [make('p', {}, t.aid.own)] : contentOf(aid, session.phase.aid === 'sequential', retry)),
  );
}

/** Leave nothing of the last aid in the page. */
export function clearAid(root: HTMLElement): void {
  root.replaceChildren();
  root.hidden = true;
  delete root.dataset.said;
}

function contentOf(aid: Reading['aid'], second: boolean, retry: () => void): Node[] {
  const head = make('h2', {}, t.aid.label);
  const words = second ? [make('p', { class: 'aside' }, t.aid.second)] : [];
  if (aid.name === 'there') return [head, ...words, ...resultOf(aid.aid)];
  return [
    head,
    make('p', { role: 'status' }, aid.name === 'failed' ? aid.problem.detail || t.aid.none : t.aid.loading),
    ...(aid.name === 'failed' ? [button('quiet', t.problems.retry, retry)] : []),
  ];
}

function resultOf({ score, call, region }: Aid): Node[] {
  const list = facts([
    [t.aid.score, score === null ? null : inFigures(score)],
    [t.aid.call, call === null ? null : t.aid[call]],
  ]);
  const words = [...(score === null ? [] : [t.aid.scoreMeaning]), ...(region ? [t.aid.region] : [])];
  return [list, ...words.map((line) => make('p', { class: 'aside' }, line))];
}

/** A detector's score on its own scale, with at most three figures after the point. */
export function inFigures(score: number): string {
  return new Intl.NumberFormat(t.locale, { maximumFractionDigits: 3 }).format(score);
}
