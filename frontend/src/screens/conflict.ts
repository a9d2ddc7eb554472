import { button, facts, make } from '@/element';
import { draftWords } from '@/problems';
import type { Conflict } from '@/state';
import { t } from '@/texts';
import { dialog, follow } from './dialog';

/** Two windows have filled in the same case: the reader says which one counts. */
export class ConflictDialog {
  readonly element: HTMLDialogElement;
  private readonly text = make('p', {});
  private readonly both = make('div', {});

  constructor(keepMine: () => void, takeTheirs: () => void) {
    const choices = make(
      'p',
      { class: 'actions' },
      button('primary', t.conflict.mine, keepMine),
      button('primary', t.conflict.theirs, takeTheirs),
    );
    this.element = dialog('conflict', t.conflict.title, this.text, this.both, choices);
    this.element.querySelector('h2')?.setAttribute('tabindex', '-1');
    // There is no third way: closing without a choice would leave the question open and out of sight.
    this.element.addEventListener('cancel', (event) => event.preventDefault());
  }

  show(conflict: Conflict | null, position: number): void {
    const opens = conflict !== null && !this.element.open;
    if (opens) {
      this.text.textContent = t.conflict.text(position);
      this.both.replaceChildren(
        facts([
          [t.conflict.thisWindow, draftWords(conflict.mine)],
          [t.conflict.otherWindow, draftWords(conflict.theirs)],
        ]),
      );
    }
    follow(this.element, conflict !== null);
    // Not the first button: it comes up while somebody types, and the Enter meant for the case would choose.
    if (opens) this.element.querySelector('h2')?.focus();
  }
}
