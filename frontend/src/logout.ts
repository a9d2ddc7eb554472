import { connect } from './api';
import { confirmed } from './confirming';
import { Keeper } from './keeping';
import { Leaving } from './leaving';
import { browserSurroundings } from './surroundings';
import { desk } from './texts/desk';

/** A server that does not answer must not keep anybody logged in. */
const PATIENCE_MS = 6_000;

document.addEventListener('submit', (event) => {
  const form = event.target as HTMLFormElement;
  const { leaves, api } = form.dataset;
  if (!leaves || !api) return;
  event.preventDefault();
  if (form.ariaBusy !== 'true') void logOut(form, leaves, api);
});

/** `<form data-leaves="anna" data-api="/api/v1/">`: what this computer keeps of her goes first. */
async function logOut(form: HTMLFormElement, user: string, api: string): Promise<void> {
  form.ariaBusy = 'true';
  const leaving = new Leaving(user, new Keeper(), browserSurroundings(user), (session) => connect(api, session));
  const isOut = await Promise.race([leaving.handOver().then((left) => left === 0), nothingAfter(PATIENCE_MS)]);
  form.ariaBusy = null;
  if (!isOut && !(await confirmed(desk.logout.left, desk.logout.logOut))) return;
  leaving.tell();
  form.submit();
}

function nothingAfter(ms: number): Promise<false> {
  return new Promise((resolve) => window.setTimeout(() => resolve(false), ms));
}
