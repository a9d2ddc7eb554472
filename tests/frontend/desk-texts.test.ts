import { deskTextsOf } from '@/texts/desk';

/** All texts of a dictionary, functions called with what makes them say most. */
function spoken(texts: object): string[] {
  return Object.values(texts).flatMap((one) => {
    if (typeof one === 'string') return [one];
    return typeof one === 'function' ? [one(2, 3, '1 MB', '2 MB', '5 s')] : spoken(one);
  });
}

describe('the words of the coordinator pages', () => {
  it('are those of the page, whatever its region, and English where there are none', () => {
    expect(deskTextsOf('de')).toBe(deskTextsOf('de-CH'));
    expect(deskTextsOf('DE')).toBe(deskTextsOf('de'));
    for (const other of ['en', 'en-GB', 'fr', '']) expect(deskTextsOf(other)).toBe(deskTextsOf('en'));
    expect(deskTextsOf('de').upload.remove).toBe('Entfernen');
  });

  it('are all said in German too, and none is empty', () => {
    const [english, german] = [spoken(deskTextsOf('en')), spoken(deskTextsOf('de'))];
    const alike = english.filter((words, index) => words === german[index]);
    expect(german).toHaveLength(english.length);
    expect(alike).toEqual(['Pause']);
    expect([...english, ...german].filter((words) => !words.trim())).toEqual([]);
  });

  it('count one and many', () => {
    const { upload } = deskTextsOf('de');
    expect(upload.files(1, 0)).toBe('1 Datei');
    expect(upload.files(2, 1)).toBe('2 Dateien, 1 abgelehnt');
    expect(deskTextsOf('en').upload.files(1, 1)).toBe('1 file, 1 refused');
  });

  it('say how much is left only where that is known', () => {
    const { upload } = deskTextsOf('en');
    expect(upload.progress(1, 3, '1 MB', '3 MB', '')).toBe('1 of 3 files, 1 MB of 3 MB');
    expect(upload.progress(1, 3, '1 MB', '3 MB', '5 s')).toBe('1 of 3 files, 1 MB of 3 MB, about 5 s left');
  });
});
