import { desk } from './texts/desk';

/** Ask in a dialog; the button says what will happen. */
export function confirmed(question: string, action: string): Promise<boolean> {
  const dialog = confirmation(question, action);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
  });
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
