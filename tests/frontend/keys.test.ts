import {
  bindingsWith,
  commandFor,
  commandsWith,
  conflicts,
  keyOf,
  type Overrides,
  type Press,
} from '@/keys';
import { keyWords } from '@/panel/keywords';
import { textsOf } from '@/texts';

function press(key: string, more: Partial<Press> = {}): Press {
  const none = { shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, repeat: false };
  return { key, code: '', target: { tagName: 'BODY' }, ...none, ...more };
}

const view = (command: string) => ({ do: 'view', view: command });

test.each<[string, object]>([
  ['a', { do: 'call', call: 'authentic' }],
  ['s', { do: 'call', call: 'synthetic' }],
  ['c', { do: 'call', call: 'cannot-tell' }],
  ['Backspace', { do: 'undo' }],
  ['PageUp', { do: 'earlier' }],
  ['PageDown', { do: 'later' }],
  ['q', { do: 'panel' }],
  ['Escape', { do: 'cancel' }],
  ['Delete', view('clear-measures')],
  ['d', view('window-default')],
  ['f', view('window-full')],
  ['u', view('window-auto')],
  ['m', view('magnify')],
  ['e', view('length')],
  ['g', view('angle')],
  ['t', view('mark-point')],
  ['b', view('mark-box')],
  ['o', view('mark-freehand')],
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

test('capital letters mean the same, as with Caps Lock or with Shift', () => {
  expect(commandFor(press('A'))).toEqual(commandFor(press('a')));
  expect(commandFor(press('A', { shiftKey: true }))).toEqual(commandFor(press('a')));
});

test('but with Shift they mean what is bound to Shift, where something is', () => {
  expect(commandFor(press('F', { shiftKey: true }))).toEqual({ do: 'full-screen' });
  expect(commandFor(press('P', { shiftKey: true }))).toEqual({ do: 'pause' });
  expect(commandFor(press('I', { shiftKey: true }))).toEqual({ do: 'told' });
  expect(commandFor(press('F'))).toEqual(view('window-full'));
});

test('Ctrl or the command key with Z undoes, and with nothing else is ours', () => {
  expect(commandFor(press('z', { ctrlKey: true }))).toEqual({ do: 'undo' });
  expect(commandFor(press('z', { metaKey: true }))).toEqual({ do: 'undo' });
  for (const key of ['a', 'f', 'r', '7', '+']) expect(commandFor(press(key, { ctrlKey: true }))).toBeNull();
  expect(commandFor(press('Z', { ctrlKey: true, shiftKey: true }))).toBeNull();
});

test('digits are handed on as they are: the page knows the scale', () => {
  const given = [...'1234567890'].map((key) => commandFor(press(key)));
  expect(given).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 0].map((digit) => ({ do: 'digit', digit })));
});

test('with Shift the arrow keys step by five', () => {
  expect(commandFor(press('ArrowRight', { shiftKey: true }))).toEqual({ do: 'nudge', step: 5 });
  expect(commandFor(press('ArrowDown', { shiftKey: true }))).toEqual({ do: 'nudge', step: -5 });
});

describe('keyboards of other countries', () => {
  test('the French digit row rates without Shift', () => {
    expect(commandFor(press('-', { code: 'Digit6' }))).toEqual({ do: 'digit', digit: 6 });
    expect(commandFor(press('à', { code: 'Digit0' }))).toEqual({ do: 'digit', digit: 0 });
  });

  test('the French digit row rates with Shift as well', () => {
    expect(commandFor(press('6', { code: 'Digit6', shiftKey: true }))).toEqual({ do: 'digit', digit: 6 });
  });

  test('a plus over a digit is a plus', () => {
    expect(commandFor(press('+', { code: 'Digit1', shiftKey: true }))).toEqual(view('zoom-in'));
  });

  test('the number pad rates', () => {
    expect(commandFor(press('7', { code: 'Numpad7' }))).toEqual({ do: 'digit', digit: 7 });
  });
});

describe('keys that are not ours', () => {
  test.each(['ctrlKey', 'altKey', 'metaKey'] as const)('none with %s: it belongs to the browser', (modifier) => {
    expect(commandFor(press('a', { [modifier]: true }))).toBeNull();
  });

  test.each(['ä', 'Tab', 'F5', 'Shift', 'Dead', 'Process'])('%s', (key) => {
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
    expect(commandFor(press('z', { target, ctrlKey: true })), 'undoes typing').toBeNull();
  });

  test('save that Ctrl+Enter submits from inside a text field, and Escape leaves it', () => {
    const target = { tagName: 'TEXTAREA' };
    expect(commandFor(press('Enter', { target, ctrlKey: true }))).toEqual({ do: 'submit' });
    expect(commandFor(press('Escape', { target }))).toEqual({ do: 'cancel' });
  });
});

describe('keys by which a focused control is worked stay with it', () => {
  test('Space and Enter on a button', () => {
    const target = { tagName: 'BUTTON', ariaPressed: null };
    expect(commandFor(press(' ', { target }))).toBeNull();
    expect(commandFor(press('Enter', { target }))).toBeNull();
    expect(commandFor(press('i', { target }))).toEqual(view('invert'));
  });

  test('on a tool that is taken, Enter lays it down and submits nothing', () => {
    const target = { tagName: 'BUTTON', ariaPressed: 'true', dataset: {} };
    expect(commandFor(press('Enter', { target }))).toBeNull();
  });

  test('on the call already chosen, Enter submits', () => {
    const target = { tagName: 'BUTTON', ariaPressed: 'true', dataset: { call: 'synthetic' } };
    expect(commandFor(press('Enter', { target }))).toEqual({ do: 'submit' });
    expect(commandFor(press(' ', { target }))).toBeNull();
  });

  test('arrows on the slider, which moves by itself', () => {
    const target = { tagName: 'INPUT', type: 'range' };
    expect(commandFor(press('ArrowLeft', { target }))).toBeNull();
    expect(commandFor(press('7', { target }))).toEqual({ do: 'digit', digit: 7 });
    expect(commandFor(press('Enter', { target }))).toEqual({ do: 'submit' });
  });

  test('arrows and Space on a choice of several, while digits and letters stay ours', () => {
    const target = { tagName: 'INPUT', type: 'radio' };
    for (const key of ['ArrowDown', ' ']) expect(commandFor(press(key, { target }))).toBeNull();
    expect(commandFor(press('3', { target }))).toEqual({ do: 'digit', digit: 3 });
    expect(commandFor(press('i', { target }))).toEqual(view('invert'));
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

describe('while a tool draws', () => {
  const arrow = (key: string, more: Partial<Press> = {}, crosshair: 'no' | 'ready' | 'shown' = 'ready') =>
    commandFor(press(key, more), bindingsWith(), crosshair);

  test('arrows move the crosshair, with Shift faster, and as long as they are held', () => {
    expect(arrow('ArrowRight')).toEqual({ do: 'crosshair', by: [5, 0] });
    expect(arrow('ArrowUp', { shiftKey: true })).toEqual({ do: 'crosshair', by: [0, -25] });
    expect(arrow('ArrowLeft', { repeat: true })).toEqual({ do: 'crosshair', by: [-5, 0] });
  });

  test('Enter sets a point once the crosshair is there, and submits before', () => {
    expect(arrow('Enter', {}, 'ready')).toEqual({ do: 'submit' });
    expect(arrow('Enter', {}, 'shown')).toEqual({ do: 'point' });
    expect(arrow('Enter', { repeat: true }, 'shown'), 'one point for a long press').toBeNull();
  });

  test('a focused slider or button keeps its keys', () => {
    const slider = { tagName: 'INPUT', type: 'range' };
    expect(arrow('ArrowRight', { target: slider }, 'shown')).toBeNull();
    expect(arrow('Enter', { target: { tagName: 'BUTTON' } }, 'shown')).toBeNull();
  });
});

describe('keys of another script', () => {
  test('letters are read by the place of the key', () => {
    expect(commandFor(press('ф', { code: 'KeyA' }))).toEqual({ do: 'call', call: 'authentic' });
    expect(commandFor(press('ι', { code: 'KeyI' }))).toEqual(view('invert'));
  });

  test('but not on a keyboard that writes Latin letters in other places', () => {
    expect(commandFor(press('a', { code: 'KeyQ' }))).toEqual({ do: 'call', call: 'authentic' });
  });
});

describe('how a press is written down', () => {
  test.each<[string, Partial<Press>, string | null]>([
    ['a', {}, 'a'],
    ['A', { shiftKey: true }, 'Shift+a'],
    [' ', {}, 'Space'],
    ['?', { shiftKey: true }, '?'],
    ['+', { shiftKey: true }, '+'],
    ['PageUp', { shiftKey: true }, 'Shift+PageUp'],
    ['z', { ctrlKey: true }, 'Ctrl+z'],
    ['Shift', { shiftKey: true }, null],
    ['a', { altKey: true }, null],
  ])('%s %o', (key, more, written) => {
    expect(keyOf(press(key, more))).toBe(written);
  });

  test('and named to people', () => {
    const named = ['a', 'Shift+f', 'Ctrl+z', 'Space', 'ArrowUp', '+', '-'].map(keyWords);
    expect(named).toEqual(['A', 'Shift + F', 'Ctrl + Z', 'Space', '↑', '+', '−']);
  });
});

describe('keys that a reader changed', () => {
  const given = (overrides: Overrides, key: string, more: Partial<Press> = {}) =>
    commandFor(press(key, more), bindingsWith(overrides));

  test('the new key does it, the old one no longer', () => {
    expect(given({ invert: 'x' }, 'x')).toEqual(view('invert'));
    expect(given({ invert: 'x' }, 'i')).toBeNull();
  });

  test('two commands can change their keys about', () => {
    const about: Overrides = { authentic: 's', synthetic: 'a' };
    expect(conflicts(about)).toEqual([]);
    expect(given(about, 's')).toEqual({ do: 'call', call: 'authentic' });
    expect(given(about, 'a')).toEqual({ do: 'call', call: 'synthetic' });
  });

  test('a key that another command has is named as a conflict; until that is mended the choice wins', () => {
    expect(conflicts({ invert: 'h' })).toEqual([{ kind: 'taken', key: 'h', name: 'invert', by: 'flip-horizontal' }]);
    expect(given({ invert: 'h' }, 'h')).toEqual(view('invert'));
  });

  test.each(['7', 'Enter', 'Tab', 'Escape', 'ArrowUp', 'F5', '?', 'Ctrl+s', 'Ctrl++', 'Shift+Enter', ''])(
    '%s cannot be chosen, and if it comes from elsewhere changes nothing',
    (key) => {
      expect(conflicts({ invert: key })).toEqual([{ kind: 'reserved', key, name: 'invert' }]);
      expect(given({ invert: key }, 'i')).toEqual(view('invert'));
    },
  );

  test('what Enter, the arrows and ? do cannot be changed', () => {
    for (const name of ['submit', 'confidence-up', 'help', 'cancel'] as const) {
      expect(conflicts({ [name]: 'ö' })).toEqual([{ kind: 'reserved', key: 'ö', name }]);
      expect(commandsWith({ [name]: 'ö' })).toEqual(commandsWith());
    }
  });

  test('a command that this version does not know is passed over', () => {
    const unknown = { teleport: 'ö' } as Overrides;
    expect(conflicts(unknown)).toEqual([{ kind: 'reserved', key: 'ö', name: 'teleport' }]);
    expect(given(unknown, 'ö')).toBeNull();
  });
});

test('no two commands have the same key by default', () => {
  const keys = commandsWith().flatMap((command) => command.keys);
  expect(new Set(keys).size).toBe(keys.length);
});

test.each(['en', 'de'])('every command has its words in the language %s, and there are words for nothing else', (language) => {
  const named = Object.keys(textsOf(language).commands);
  expect(named).toEqual(commandsWith().map(({ name }) => name));
});
