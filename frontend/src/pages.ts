import './pages.css';
import './blackouts';
import htmx from 'htmx.org';
import { csrfToken } from './cookie';
import { desk } from './texts/desk';

// The content security policy forbids eval and inline styles; pages with results do not belong into the browser's store.
htmx.config.allowEval = false;
htmx.config.allowScriptTags = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0;

document.addEventListener('htmx:configRequest', (event) => {
  (event as CustomEvent<{ headers: Record<string, string> }>).detail.headers['X-CSRFToken'] = csrfToken();
});

// In the capturing phase, so that neither the browser nor htmx sends the form before the answer.
document.addEventListener('submit', askBeforeSending, { capture: true });
document.addEventListener('click', (event) => {
  const button = (event.target as Element).closest<HTMLElement>('[data-copy]');
  if (button) void copy(button);
});

const confirmed = new WeakSet<HTMLFormElement>();

/** `<form data-confirm="Close the study?">` asks first; the button says what will happen. */
function askBeforeSending(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  const question = form.dataset.confirm;
  if (!question || confirmed.delete(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const { submitter } = event;
  const dialog = confirmation(question, submitter?.textContent?.trim() || desk.dialog.goOn);
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (dialog.returnValue !== 'yes') return;
    confirmed.add(form);
    form.requestSubmit(submitter as HTMLButtonElement | null);
  });
  document.body.append(dialog);
  dialog.showModal();
}

function confirmation(question: string, action: string): HTMLDialogElement {
  const dialog = document.createElement('dialog');
  const text = document.createElement('p');
  text.id = 'confirmation';
  text.textContent = question;
  dialog.setAttribute('aria-labelledby', text.id);
  const form = document.createElement('form');
  form.method = 'dialog';
  form.className = 'toolbar';
  form.append(choice('', desk.dialog.cancel, 'button'), choice('yes', action, 'button primary'));
  dialog.append(text, form);
  return dialog;
}

function choice(value: string, text: string, className: string): HTMLButtonElement {
  const button = document.createElement('button');
  button.value = value;
  button.textContent = text;
  button.className = className;
  return button;
}

/** `<button data-copy="text">`; where the clipboard is closed to us, the field beside the button is selected instead. */
async function copy(button: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(button.dataset.copy ?? '');
    say(button, desk.copy.copied);
  } catch {
    button.parentElement?.querySelector('input')?.select();
    say(button, desk.copy.pressKeys);
  }
}

function say(button: HTMLElement, text: string): void {
  button.dataset.rest ??= button.textContent ?? '';
  button.textContent = text;
  window.setTimeout(() => {
    button.textContent = button.dataset.rest ?? '';
  }, 2000);
}
