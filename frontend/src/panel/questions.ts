import type { Draft } from '@/state';
import type { Question } from '@/wire';
import { callWidget } from './call';
import { choice } from './choice';
import { type Marking, type MarksWidget, marksWidget } from './marks';
import { openText } from './opentext';
import { search } from './search';
import type { Deeds, Widget } from './widget';

/** Up to so many options are all shown; longer lists are searched. */
const ALL_IN_SIGHT = 9;

/** The questions of a phase as one form. */
export class QuestionForm {
  readonly widgets: readonly Widget[];

  constructor(
    private readonly root: HTMLElement,
    questions: readonly Question[],
    deeds: Deeds,
    marking: Marking,
  ) {
    this.widgets = questions.map((question) => widgetOf(question, deeds, marking));
    root.replaceChildren(...this.widgets.map(({ element }) => element));
  }

  /** Show what was entered, and of the questions only those that are asked. */
  show(draft: Draft, asked: ReadonlySet<string>, open: boolean): void {
    for (const widget of this.widgets) {
      const hidden = !asked.has(widget.question.name);
      if (widget.element.hidden !== hidden) widget.element.hidden = hidden;
      widget.show(draft, open);
    }
  }

  /** A digit goes to the question that has the focus, else to the confidence, else to the first that takes digits. */
  digit(digit: number): void {
    const asked = this.widgets.filter(({ element }) => !element.hidden);
    const focused = asked.filter(({ element }) => element.contains(document.activeElement));
    const calls = asked.filter(({ question }) => question.kind === 'call');
    [...focused, ...calls, ...asked].some((widget) => widget.digit?.(digit) ?? false);
  }

  /** Bring the focus to a question, or to the first one. */
  focus(name?: string): void {
    const widget = this.widgets.find(({ element, question }) => !element.hidden && (!name || question.name === name));
    const control = widget?.element.querySelector<HTMLElement>('input:checked, input, textarea, button, select');
    control?.focus();
    widget?.element.scrollIntoView({ block: 'nearest' });
  }

  /** Name the questions that still need something. */
  insist(names: ReadonlySet<string>): void {
    for (const { element, question } of this.widgets) element.classList.toggle('insist', names.has(question.name));
  }

  /** The marks questions among them. */
  get marks(): readonly MarksWidget[] {
    return this.widgets.filter((widget): widget is MarksWidget => 'showTool' in widget);
  }

  clear(): void {
    this.root.replaceChildren();
  }
}

function widgetOf(question: Question, deeds: Deeds, marking: Marking): Widget {
  if (question.kind === 'call') return callWidget(question, deeds);
  if (question.kind === 'marks') return marksWidget(question, marking);
  if (question.kind === 'open' || question.options.length === 0) return openText(question, deeds);
  return question.kind === 'quality' || question.options.length <= ALL_IN_SIGHT
    ? choice(question, deeds)
    : search(question, deeds);
}
