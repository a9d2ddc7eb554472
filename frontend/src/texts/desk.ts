/** The words that scripts say on the coordinator's pages; apart from those of the reading page, which loads none of them. */

const en = {
  upload: {
    waiting: 'Waits',
    sending: 'Being sent',
    whole: 'Sent',
    cut: 'Cut off: add it again to go on',
    refused: 'Refused',
    wasRefused: 'was refused',
    unreadable: 'cannot be read on this computer any more: choose it again',
    progress: (done: number, all: number, received: string, size: string, left: string) =>
      `${done} of ${all} files, ${received} of ${size}${left ? `, about ${left} left` : ''}`,
    files: (count: number, refused: number) =>
      `${count} file${count === 1 ? '' : 's'}${refused ? `, ${refused} refused` : ''}`,
    more: (count: number) => `… and ${count} more`,
    remove: 'Remove',
    removeFile: (name: string) => `Remove ${name}`,
    pause: 'Pause',
    resume: 'Continue',
    unknown: 'The server does not say what it has: reload this page, and log in if it asks you to.',
    notRemoved: 'The server cannot be reached: what was removed may still be there.',
    unreachable: 'The server cannot be reached. Trying again …',
    loggedOut: 'You are logged out: log in again in another tab, then continue.',
    inTrouble: 'The server is in trouble. Trying again …',
  },
  dialog: { goOn: 'Go on', cancel: 'Cancel' },
  logout: {
    left: 'Not everything that you entered could be sent to the server. It stays on this computer under your name, and is sent when you read here again.',
    logOut: 'Log out',
  },
  copy: { copied: 'Copied', pressKeys: 'Press Ctrl+C' },
  chart: { failed: 'This chart could not be drawn. Reload the page to try again; its numbers are in the tables.' },
};

export type DeskTexts = typeof en;

const de: DeskTexts = {
  upload: {
    waiting: 'Wartet',
    sending: 'Wird gesendet',
    whole: 'Gesendet',
    cut: 'Abgebrochen: Fügen Sie die Datei noch einmal hinzu, um weiterzumachen',
    refused: 'Abgelehnt',
    wasRefused: 'wurde abgelehnt',
    unreadable: 'lässt sich auf diesem Rechner nicht mehr lesen: Wählen Sie sie noch einmal',
    progress: (done, all, received, size, left) =>
      `${done} von ${all} Dateien, ${received} von ${size}${left ? `, noch etwa ${left}` : ''}`,
    files: (count, refused) => `${count} Datei${count === 1 ? '' : 'en'}${refused ? `, ${refused} abgelehnt` : ''}`,
    more: (count) => `… und ${count} weitere`,
    remove: 'Entfernen',
    removeFile: (name) => `${name} entfernen`,
    pause: 'Pause',
    resume: 'Weiter',
    unknown:
      'Der Server sagt nicht, was er hat: Laden Sie diese Seite neu, und melden Sie sich an, wenn sie danach fragt.',
    notRemoved: 'Der Server ist nicht erreichbar: Was entfernt wurde, kann noch da sein.',
    unreachable: 'Der Server ist nicht erreichbar. Neuer Versuch …',
    loggedOut: 'Sie sind abgemeldet: Melden Sie sich in einem anderen Reiter an, dann geht es weiter.',
    inTrouble: 'Der Server hat ein Problem. Neuer Versuch …',
  },
  dialog: { goOn: 'Weiter', cancel: 'Abbrechen' },
  logout: {
    left: 'Nicht alles, was Sie eingegeben haben, ließ sich an den Server senden. Es bleibt unter Ihrem Namen auf diesem Rechner und wird gesendet, wenn Sie hier wieder befunden.',
    logOut: 'Abmelden',
  },
  copy: { copied: 'Kopiert', pressKeys: 'Strg+C drücken' },
  chart: {
    failed:
      'Dieses Diagramm konnte nicht gezeichnet werden. Laden Sie die Seite neu; seine Zahlen stehen in den Tabellen.',
  },
};

const LANGUAGES: Record<string, DeskTexts> = { en, de };

/** The words of a language such as `de` or `de-CH`; English where there is none. */
export function deskTextsOf(language: string): DeskTexts {
  return LANGUAGES[language.toLowerCase().split('-')[0] ?? ''] ?? en;
}

/** The words of this page: the server writes its language into `<html lang>`. */
export const desk = deskTextsOf(typeof document === 'undefined' ? 'en' : document.documentElement.lang);
