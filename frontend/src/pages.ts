import './pages.css';
import './blackouts';
import './logout';
import htmx from 'htmx.org';
import { confirmed } from './confirming';
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

const answered = new WeakSet<HTMLFormElement>();

/** `<form data-confirm="Close the study?">` asks first; the button says what will happen. */
function askBeforeSending(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  const question = form.dataset.confirm;
  if (!question || answered.delete(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const { submitter } = event;
  const action = submitter?.textContent?.trim() || desk.dialog.goOn;
  void confirmed(question, action).then((yes) => {
    if (!yes) return;
    answered.add(form);
    form.requestSubmit(submitter as HTMLButtonElement | null);
  });
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
