import './reading.css';
import { connect } from './api';
import { Page, type Place } from './page';
import { ReadingMachine, type Surroundings } from './session';

const surroundings: Surroundings = {
  monotonic: () => performance.now(),
  wall: () => new Date(),
  newKey,
  later: (ms, task) => {
    const timer = window.setTimeout(task, ms);
    return () => window.clearTimeout(timer);
  },
};

/** A random UUID; crypto.randomUUID is missing where a hospital serves the page over plain HTTP. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function placeOf({ session, api, home }: DOMStringMap): Place {
  if (!session || !api || !home) throw new Error('#reading needs data-session, data-api and data-home');
  return { session, api, home };
}

const root = document.getElementById('reading');
if (root) {
  const place = placeOf(root.dataset);
  const machine = new ReadingMachine(connect(place.api, place.session), surroundings);
  void new Page(root, machine, place).start();
}
