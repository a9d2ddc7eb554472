import { make, setText } from '@/element';
import { QuestionForm } from '@/panel/questions';
import type { Deeds } from '@/panel/widget';
import { askedNow, EMPTY } from '@/questions';
import { missingWords } from '@/render';
import type { Missing, Times } from '@/state';
import { t } from '@/texts';
import { goButton, heading, type Named, undoButton, type View } from './screen';

type End = Named<'end-questions'>;

/** The questions at the end of a phase. */
export function endScreen(deeds: Deeds, undo: () => void, missing: () => readonly Missing[]): View<End> {
  return new EndScreen(deeds, undo, missing);
}

class EndScreen implements View<End> {
  readonly element: HTMLElement;
  private readonly text = make('p', {});
  private readonly body = make('div', { class: 'questions' });
  private readonly hint = make('p', { class: 'hint', id: 'end-hint' });
  private readonly send: HTMLButtonElement;
  private readonly undoing: ReturnType<typeof undoButton>;
  private form: QuestionForm | null = null;
  private insisting = false;

  constructor(
    private readonly deeds: Deeds,
    undo: () => void,
    private readonly missing: () => readonly Missing[],
  ) {
    this.send = goButton(t.end.submit, deeds.submit);
    this.send.setAttribute('aria-describedby', 'end-hint');
    this.undoing = undoButton(undo);
    const parts = [this.text, this.body, this.send, this.hint, this.undoing.element];
    this.element = make('article', { class: 'end' }, heading(t.end.title), ...parts);
  }

  tick(times: Times): void {
    this.undoing.tick(times);
  }

  show({ session, answers, sending }: End): void {
    const questions = session.phase.end_questions;
    const noMarks = { take: () => {}, reason: () => {}, remove: () => {} };
    this.form ??= new QuestionForm(this.body, questions, this.deeds, noMarks);
    const draft = { ...EMPTY, answers };
    this.form.show(draft, new Set(askedNow(questions, draft).map(({ name }) => name)), !sending);
    setText(this.text, t.end.text(session.cases));
    const missing = this.missing();
    this.send.ariaDisabled = String(missing.length > 0 || sending);
    setText(this.hint, sending ? t.save.saving : missingWords(missing, questions));
    if (this.insisting) this.insist();
  }

  digit(digit: number): void {
    this.form?.digit(digit);
  }

  insist(): void {
    const missing = this.missing();
    this.insisting = missing.length > 0;
    this.form?.insist(new Set(missing.map(({ question }) => question)));
    this.hint.classList.toggle('insist', this.insisting);
  }
}
