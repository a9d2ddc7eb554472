import './reading.css';
import { connect, type Server } from './api';
import { Keeper } from './keeping';
import { Page, type Place } from './page';
import { rehearse } from './rehearsal';
import { ReadingMachine } from './session';
import { browserSurroundings } from './surroundings';

function placeOf({ session, api, home, user, images }: DOMStringMap): Place {
  if (!session || !api || !home) throw new Error('#reading needs data-session, data-api and data-home');
  return { session, api, home, user: user ?? '', images };
}

/** What the machine is to know of the window, beside what the page tells it. */
function follow(machine: ReadingMachine): void {
  document.addEventListener('visibilitychange', () => machine.hide(document.hidden));
  window.addEventListener('online', () => void machine.retry());
  // The last chance to write the time down: a tab that is closed, a telephone that is put away.
  window.addEventListener('pagehide', () => machine.hide(true));
  window.addEventListener('pageshow', () => machine.hide(document.hidden));
}

/** Read a session, or play one (`data-script`), of which nothing is kept anywhere. */
async function open(root: HTMLElement): Promise<void> {
  const place = placeOf(root.dataset);
  const { script } = root.dataset;
  const server: Server = script ? await rehearse(script) : connect(place.api, place.session);
  const keeper = script ? new Keeper(null) : new Keeper();
  const machine = new ReadingMachine(server, keeper, browserSurroundings(place.user, place.home), place);
  machine.hide(document.hidden);
  follow(machine);
  // Without this a browser may clear what is kept when the disk is nearly full. Refused, it is still kept until then.
  if (!script) void navigator.storage?.persist?.().catch(() => {});
  await new Page(root, machine, place).start();
}

const root = document.getElementById('reading');
// What cannot be played is explained where it was asked for.
if (root) void open(root).catch(() => root.dataset.script && window.location.assign(root.dataset.home ?? '/'));
