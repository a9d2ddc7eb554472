import { button, make, setText } from '@/element';
import { problemWords } from '@/problems';
import type { LoginState } from '@/state';
import { t } from '@/texts';
import { dialog, follow } from './dialog';

/** Logging in again where one is: the same person, and nothing that was entered goes. */
export class LoginDialog {
  readonly element: HTMLDialogElement;
  private readonly password = make('input', {
    type: 'password',
    id: 'login-password',
    autocomplete: 'current-password',
    required: true,
  });
  private readonly refusal = make('p', { class: 'problem', role: 'alert', hidden: true });
  private readonly send = make('button', { class: 'primary' }, t.login.submit);
  private putOff = false;

  constructor(username: string, logIn: (password: string) => void) {
    // Password managers want the name, and it tells who is expected.
    const name = make('input', {
      type: 'text',
      value: username,
      autocomplete: 'username',
      readonly: true,
      id: 'login-name',
    });
    const later = button('quiet', t.login.cancel, () => this.element.close());
    const form = make(
      'form',
      {},
      make('p', {}, t.login.text(username)),
      make('label', { for: 'login-name' }, t.login.username),
      name,
      make('label', { for: 'login-password' }, t.login.password),
      this.password,
      this.refusal,
      make('p', { class: 'actions' }, this.send, later),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (this.password.value) logIn(this.password.value);
    });
    this.element = dialog('login', t.login.title, form);
    this.element.addEventListener('close', () => {
      this.putOff = true;
      this.password.value = '';
    });
  }

  show({ needed, trying, problem }: LoginState): void {
    if (!needed) this.putOff = false;
    this.send.disabled = trying;
    this.refusal.hidden = problem === null;
    setText(this.refusal, problem ? problemWords(problem) : '');
    const opens = needed && !this.putOff && !this.element.open;
    follow(this.element, needed && !this.putOff);
    if (!needed) this.putOff = false;
    if (opens) this.password.focus();
  }

  /** On wish, after it was put off. */
  open(): void {
    this.putOff = false;
    follow(this.element, true);
    this.password.focus();
  }
}
