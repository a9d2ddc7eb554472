import { button, make, setText } from '@/element';
import type { Draft } from '@/state';
import { t } from '@/texts';
import type { Tool } from '@/viewer/tool';
import type { MarkOnImage, MarkTool, Question } from '@/wire';
import { icon } from './icons';
import { withShortcut } from './shortcuts';
import { field, type Widget } from './widget';

/** What a reader does with marks; `index` counts all marks of the case. */
export interface Marking {
  take(question: string, tool: MarkTool): void;
  reason(index: number, reason: string): void;
  remove(index: number): void;
}

export interface MarksWidget extends Widget {
  /** Which tool the left button has now. */
  showTool(tool: Tool, question: string): void;
}

/** Marking tools, and a list of the marks with their reasons. */
export function marksWidget(question: Question, marking: Marking): MarksWidget {
  const tools = new Map(question.tools.map((tool) => [tool, toolButton(question, tool, marking)]));
  const list = make('ol', { class: 'marks', 'aria-label': question.text });
  const hint = make('p', { class: 'aside' }, t.marks.none);
  const row = make('div', { class: 'mark-tools', role: 'group', 'aria-label': t.marks.tools }, ...tools.values());
  let drawn = '';
  return {
    question,
    element: field(question, row, hint, list),
    show: ({ marks }: Draft, open) => {
      for (const element of tools.values()) element.disabled = !open;
      const now = JSON.stringify([marks.map((mark) => [mark.question, mark.kind]), open]);
      if (now !== drawn) list.replaceChildren(...rows(question, marks, open, marking));
      drawn = now;
      for (const select of list.querySelectorAll('select'))
        select.value = marks[Number(select.dataset.mark)]?.reason ?? '';
      const any = list.childElementCount > 0;
      setText(hint, any ? t.marks.hint : t.marks.none);
      hint.classList.toggle('keys-hint', any);
    },
    showTool: (tool, active) => {
      for (const [kind, element] of tools) {
        element.ariaPressed = String(active === question.name && tool === `mark-${kind}`);
      }
    },
  };
}

function toolButton(question: Question, tool: MarkTool, marking: Marking): HTMLButtonElement {
  const element = button('', icon(`mark-${tool}`), () => marking.take(question.name, tool));
  element.ariaPressed = 'false';
  element.append(t.marks[tool]);
  return withShortcut(element, `mark-${tool}`);
}

function rows(question: Question, marks: readonly MarkOnImage[], open: boolean, marking: Marking): HTMLElement[] {
  const own = marks.map((mark, index) => ({ mark, index })).filter(({ mark }) => mark.question === question.name);
  return own.map(({ mark, index }) => {
    const number = index + 1;
    const name = make('span', { class: 'mark-name' }, t.marks.mark(number, t.marks[mark.kind]));
    const remove = button('quiet remove', '✕', () => marking.remove(index));
    remove.ariaLabel = t.marks.remove(number);
    remove.title = t.marks.remove(number);
    remove.disabled = !open;
    const reasons = question.options.length > 0 ? [reasonOf(question, index, open, marking)] : [];
    return make('li', {}, name, ...reasons, remove);
  });
}

function reasonOf(question: Question, index: number, open: boolean, marking: Marking): HTMLSelectElement {
  const options = question.options.map((option) => make('option', { value: option }, option));
  const select = make(
    'select',
    { 'aria-label': t.marks.reason(index + 1), 'data-mark': index, disabled: !open },
    make('option', { value: '' }, t.marks.chooseReason),
    ...options,
  );
  select.addEventListener('change', () => marking.reason(index, select.value));
  return select;
}
