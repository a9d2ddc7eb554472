import './reading.css';
import { connect } from './api';
import { Keeper } from './keeping';
import { Page, type Place } from './page';
import { ReadingMachine } from './session';
import { browserSurroundings } from './surroundings';

function placeOf({ session, api, home, user }: DOMStringMap): Place & { user: string } {
  if (!session || !api || !home) throw new Error('#reading needs data-session, data-api and data-home');
  return { session, api, home, user: user ?? '' };
}

/** What the machine is to know of the window, beside what the page tells it. */
function follow(machine: ReadingMachine): void {
  document.addEventListener('visibilitychange', () => machine.hide(document.hidden));
  window.addEventListener('online', () => void machine.retry());
  // The last chance to write the time down: a tab that is closed, a telephone that is put away.
  window.addEventListener('pagehide', () => machine.hide(true));
  window.addEventListener('pageshow', () => machine.hide(document.hidden));
}

const root = document.getElementById('reading');
if (root) {
  const place = placeOf(root.dataset);
  const machine = new ReadingMachine(
    connect(place.api, place.session),
    new Keeper(),
    browserSurroundings(place.user),
    place,
  );
  machine.hide(document.hidden);
  follow(machine);
  // Without this a browser may clear what is kept when the disk is nearly full. Refused, it is still kept until then.
  void navigator.storage?.persist?.().catch(() => {});
  void new Page(root, machine, place).start();
}
