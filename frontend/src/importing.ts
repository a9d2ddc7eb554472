/** The pages that bring images in: the drop zone, choosing all studies, a short name from a title. */

import { csrfToken } from './cookie';
import { chosenFrom, droppedIn } from './dropped';
import { desk } from './texts/desk';
import { type Chosen, type Item, Uploads } from './uploading';

const ROWS_SHOWN = 200;
const WORDS = desk.upload;

const zone = document.querySelector<HTMLElement>('[data-uploads]');
if (zone) void bindUploads(zone);
for (const form of document.querySelectorAll<HTMLElement>('[data-choose-all]')) bindChooseAll(form);
for (const form of document.querySelectorAll<HTMLElement>('[data-short-name]')) bindShortName(form);

async function bindUploads(root: HTMLElement): Promise<void> {
  let shown = 0;
  let wasBusy = false;
  const began = performance.now();
  const uploads = new Uploads({
    url: root.dataset.uploads ?? '',
    maxChunk: Number(root.dataset.maxChunk),
    send: (url, init) => fetch(url, { ...init, headers: { 'X-CSRFToken': csrfToken() } }),
    pause: (milliseconds) => new Promise((resolve) => window.setTimeout(resolve, milliseconds)),
    changed: (trouble) => {
      tell(find(root, '[data-trouble]'), trouble);
      if (wasBusy && !uploads.isBusy) renewReadiness();
      wasBusy = uploads.isBusy;
      window.clearTimeout(shown);
      shown = window.setTimeout(() => draw(root, uploads, (performance.now() - began) / 1000), 60);
    },
  });
  bindChoosing(root, (chosen) => uploads.add(chosen));
  find(root, '[data-pause]').addEventListener('click', () => (uploads.isPaused ? uploads.resume() : uploads.pause()));
  find(root, '[data-remove-all]').addEventListener('click', () => void uploads.remove().then(renewReadiness));
  find(root, 'tbody').addEventListener('click', (event) => {
    const name = (event.target as HTMLElement).closest<HTMLElement>('[data-name]')?.dataset.name;
    if (name !== undefined) void uploads.remove(name).then(renewReadiness);
  });
  window.addEventListener('online', () => uploads.resume());
  window.addEventListener('beforeunload', (event) => {
    if (uploads.isBusy) event.preventDefault();
  });
  await uploads.ask();
}

function bindChoosing(root: HTMLElement, add: (chosen: Chosen[]) => void): void {
  for (const input of root.querySelectorAll<HTMLInputElement>('[data-pick]')) {
    input.addEventListener('change', () => {
      add(chosenFrom(input));
      input.value = '';
    });
  }
  const target = find(root, '.drop-zone');
  // Anywhere on the page: a file dropped beside the zone would replace the page.
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    target.classList.add('over');
  });
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) target.classList.remove('over');
  });
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    target.classList.remove('over');
    if (event.dataTransfer) void droppedIn(event.dataTransfer).then(add);
  });
}

function draw(root: HTMLElement, uploads: Uploads, seconds: number): void {
  const all = uploads.all;
  const size = sum(all, (item) => (item.state === 'refused' ? 0 : item.size));
  const received = sum(all, (item) => item.received);
  const progress = find(root, '.upload-progress');
  progress.hidden = !uploads.isBusy;
  const bar = find<HTMLProgressElement>(progress, 'progress');
  bar.max = Math.max(size, 1);
  bar.value = received;
  const left = all.filter((item) => item.state === 'waiting' || item.state === 'sending').length;
  const rate = uploads.sent / Math.max(seconds, 1);
  const time = rate > 0 ? inWords((size - received) / rate) : '';
  find(progress, '[data-told]').textContent = WORDS.progress(
    all.length - left,
    all.length,
    inBytes(received),
    inBytes(size),
    time,
  );
  find(progress, '[data-pause]').textContent = uploads.isPaused ? WORDS.resume : WORDS.pause;
  const start = document.querySelector<HTMLButtonElement>('.start button');
  if (start && uploads.isBusy) start.disabled = true;
  drawTable(find(root, '.staged'), all);
}

function drawTable(details: HTMLElement, all: Item[]): void {
  const refused = all.filter((item) => item.state === 'refused').length;
  details.hidden = all.length === 0;
  find(details, 'summary').textContent = WORDS.files(all.length, refused);
  if (refused) details.setAttribute('open', '');
  const order: Item['state'][] = ['refused', 'cut', 'sending', 'waiting', 'whole'];
  const sorted = all.sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || (a.name < b.name ? -1 : 1));
  const rows = sorted.slice(0, ROWS_SHOWN).map(rowOf);
  if (sorted.length > ROWS_SHOWN) rows.push(row([WORDS.more(sorted.length - ROWS_SHOWN), '', '', '']));
  find(details, 'tbody').replaceChildren(...rows);
}

function rowOf(item: Item): HTMLTableRowElement {
  const share = item.size ? Math.floor((100 * item.received) / item.size) : 100;
  const words =
    item.state === 'sending' || item.state === 'cut' ? `${WORDS[item.state]}, ${share} %` : WORDS[item.state];
  const made = row([item.name, inBytes(item.size), item.reason || words, '']);
  made.classList.toggle('trouble', item.state === 'refused' || item.state === 'cut');
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'button quiet';
  button.textContent = WORDS.remove;
  button.setAttribute('aria-label', WORDS.removeFile(item.name));
  button.dataset.name = item.name;
  made.lastElementChild?.append(button);
  return made;
}

function row(texts: string[]): HTMLTableRowElement {
  const made = document.createElement('tr');
  for (const [index, text] of texts.entries()) {
    const cell = made.insertCell();
    cell.textContent = text;
    if (index === 1) cell.className = 'number';
  }
  return made;
}

/** The server looks again at what lies ready, and says what is wrong with it. */
function renewReadiness(): void {
  document.body.dispatchEvent(new CustomEvent('files-changed'));
}

function bindChooseAll(form: HTMLElement): void {
  const all = find<HTMLInputElement>(form, '[data-all]');
  all.addEventListener('change', () => {
    for (const box of form.querySelectorAll<HTMLInputElement>('[name="study"]')) box.checked = all.checked;
  });
}

function bindShortName(form: HTMLElement): void {
  const title = find<HTMLInputElement>(form, '[name="title"]');
  const name = find<HTMLInputElement>(form, '[name="name"], [name="slug"]');
  let isOwn = name.value !== '';
  name.addEventListener('input', () => {
    isOwn = name.value !== '';
  });
  const follow = (): void => {
    if (!isOwn) name.value = slug(title.value);
  };
  title.addEventListener('input', follow);
  // A title may have been typed before this code was here.
  follow();
}

function slug(text: string): string {
  const plain = text.normalize('NFKD').replace(/[̀-ͯ]/g, '').toLowerCase();
  return plain
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 50);
}

function find<T extends HTMLElement = HTMLElement>(root: HTMLElement, selector: string): T {
  return root.querySelector(selector) as T;
}

function tell(place: HTMLElement, words: string): void {
  place.hidden = words === '';
  place.textContent = words;
}

function sum(items: Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

function inBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  const step = bytes < 1 ? 0 : Math.min(3, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** step).toFixed(step === 0 ? 0 : 1)} ${units[step]}`;
}

function inWords(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
