import { commandFor, HELP, type Press } from '@/keys';

function press(key: string, more: Partial<Press> = {}): Press {
  const none = { shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, repeat: false };
  return { key, code: '', target: { tagName: 'BODY' }, ...none, ...more };
}

const view = (command: string) => ({ do: 'view', view: command });

test.each<[string, object]>([
  ['a', { do: 'call', call: 'authentic' }],
  ['s', { do: 'call', call: 'synthetic' }],
  ['Enter', { do: 'submit' }],
  ['?', { do: 'help' }],
  ['i', view('invert')],
  [' ', view('reset')],
  ['h', view('flip-horizontal')],
  ['v', view('flip-vertical')],
  ['r', view('rotate-right')],
  ['l', view('rotate-left')],
  ['z', view('zoom-in')],
  ['+', view('zoom-in')],
  ['-', view('zoom-out')],
  ['p', view('pan')],
  ['ArrowUp', { do: 'nudge', step: 1 }],
  ['ArrowLeft', { do: 'nudge', step: -1 }],
])('%s is understood', (key, command) => {
  expect(commandFor(press(key))).toEqual(command);
});

test('capital letters mean the same, as with Caps Lock', () => {
  expect(commandFor(press('A'))).toEqual(commandFor(press('a')));
});

test('1 to 9 are 10 to 90 and 0 is 100', () => {
  const given = [...'1234567890'].map((key) => commandFor(press(key)));
  const expected = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100].map((value) => ({ do: 'confidence', value }));
  expect(given).toEqual(expected);
});

test('with Shift the arrow keys step by five', () => {
  expect(commandFor(press('ArrowRight', { shiftKey: true }))).toEqual({ do: 'nudge', step: 5 });
  expect(commandFor(press('ArrowDown', { shiftKey: true }))).toEqual({ do: 'nudge', step: -5 });
});

describe('keyboards of other countries', () => {
  test('the French digit row rates without Shift', () => {
    expect(commandFor(press('-', { code: 'Digit6' }))).toEqual({ do: 'confidence', value: 60 });
    expect(commandFor(press('à', { code: 'Digit0' }))).toEqual({ do: 'confidence', value: 100 });
  });

  test('the French digit row rates with Shift as well', () => {
    expect(commandFor(press('6', { code: 'Digit6', shiftKey: true }))).toEqual({ do: 'confidence', value: 60 });
  });

  test('a plus over a digit is a plus', () => {
    expect(commandFor(press('+', { code: 'Digit1', shiftKey: true }))).toEqual(view('zoom-in'));
  });

  test('the number pad rates', () => {
    expect(commandFor(press('7', { code: 'Numpad7' }))).toEqual({ do: 'confidence', value: 70 });
  });
});

describe('keys that are not ours', () => {
  test.each(['ctrlKey', 'altKey', 'metaKey'] as const)('none with %s: it belongs to the browser', (modifier) => {
    expect(commandFor(press('a', { [modifier]: true }))).toBeNull();
  });

  test.each(['b', 'Tab', 'Escape', 'F5', 'Shift', 'Dead', 'Process'])('%s', (key) => {
    expect(commandFor(press(key))).toBeNull();
  });

  test.each<[string, object]>([
    ['a text field', { tagName: 'INPUT', type: 'text' }],
    ['a field of unnamed type', { tagName: 'INPUT' }],
    ['a number field', { tagName: 'INPUT', type: 'number' }],
    ['a text area', { tagName: 'TEXTAREA' }],
    ['a menu', { tagName: 'SELECT' }],
    ['an editable element', { tagName: 'DIV', isContentEditable: true }],
  ])('all are off inside %s', (_, target) => {
    for (const key of ['a', 's', '7', ' ', 'Enter', 'i', '?', 'ArrowUp']) {
      expect(commandFor(press(key, { target }))).toBeNull();
    }
  });
});

describe('keys by which a focused control is worked stay with it', () => {
  test('Space and Enter on a button', () => {
    const target = { tagName: 'BUTTON', ariaPressed: null };
    expect(commandFor(press(' ', { target }))).toBeNull();
    expect(commandFor(press('Enter', { target }))).toBeNull();
    expect(commandFor(press('i', { target }))).toEqual(view('invert'));
  });

  test('on the call already chosen, Enter submits', () => {
    const target = { tagName: 'BUTTON', ariaPressed: 'true' };
    expect(commandFor(press('Enter', { target }))).toEqual({ do: 'submit' });
    expect(commandFor(press(' ', { target }))).toBeNull();
  });

  test('arrows on the slider, which moves by itself', () => {
    const target = { tagName: 'INPUT', type: 'range' };
    expect(commandFor(press('ArrowLeft', { target }))).toBeNull();
    expect(commandFor(press('7', { target }))).toEqual({ do: 'confidence', value: 70 });
    expect(commandFor(press('Enter', { target }))).toEqual({ do: 'submit' });
  });
});

describe('a key held down', () => {
  test('steps and zooms on', () => {
    expect(commandFor(press('ArrowUp', { repeat: true }))).toEqual({ do: 'nudge', step: 1 });
    expect(commandFor(press('z', { repeat: true }))).toEqual(view('zoom-in'));
  });

  test.each(['Enter', 'a', 'i', 'r', '?'])(
    '%s counts once: the next case must not be answered by a long press',
    (key) => {
      expect(commandFor(press(key, { repeat: true }))).toBeNull();
    },
  );
});

test('help names every key', () => {
  const named = HELP.flatMap(({ rows }) => rows.map(([keys]) => keys)).join(' ');
  for (const key of [...'ASIHVRLZP?+−↑↓←→', 'Enter', 'Space', '1 … 9, 0'])
    expect(named.split(/ or | /), key).toEqual(expect.arrayContaining(key.split(' ')));
});
