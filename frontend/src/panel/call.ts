import { button, make, setText } from '@/element';
import { pointOf } from '@/questions';
import type { Draft } from '@/state';
import { t } from '@/texts';
import type { Question } from '@/wire';
import { withShortcut } from './shortcuts';
import { type Deeds, field, type Widget } from './widget';

type Choice = NonNullable<Draft['call']>;

const WORDS: Record<Choice, string> = {
  authentic: t.call.authentic,
  synthetic: t.call.synthetic,
  'cannot-tell': t.call.cannotTell,
};

/** The call, and under it how sure the reader is. */
export function callWidget(question: Question, deeds: Deeds): Widget {
  const choices: Choice[] = question.forced ? ['authentic', 'synthetic'] : ['authentic', 'synthetic', 'cannot-tell'];
  const buttons = new Map(choices.map((choice) => [choice, callButton(choice, deeds)]));
  const scale = question.points > 0 ? pointScale(question.points, deeds) : slider(deeds);
  const without = make('p', { class: 'aside', hidden: true }, t.call.noConfidence);
  const calls = make('div', { class: 'calls', role: 'group', 'aria-label': t.call.label }, ...buttons.values());
  return {
    question,
    element: field(question, calls, scale.element, without),
    show: (draft, open) => {
      for (const [choice, element] of buttons) {
        element.ariaPressed = String(draft.call === choice);
        element.disabled = !open;
      }
      scale.element.hidden = draft.call === 'cannot-tell';
      without.hidden = draft.call !== 'cannot-tell';
      scale.show(draft.confidence, open);
    },
    digit: (digit) => {
      if (question.points > 0 && (digit < 1 || digit > question.points)) return false;
      if (question.points > 0) deeds.point(digit);
      else deeds.confidence(digit === 0 ? 100 : digit * 10);
      return true;
    },
  };
}

function callButton(choice: Choice, deeds: Deeds): HTMLButtonElement {
  const element = button('', WORDS[choice], () => deeds.call(choice));
  element.dataset.call = choice;
  element.ariaPressed = 'false';
  return withShortcut(element, choice);
}

interface Scale {
  readonly element: HTMLElement;
  show(confidence: number | null, open: boolean): void;
}

function anchors(): HTMLElement {
  return make('p', { class: 'anchors' }, make('span', {}, t.call.guessing), make('span', {}, t.call.certain));
}

function slider(deeds: Deeds): Scale {
  const input = make('input', { type: 'range', id: 'confidence', min: 1, max: 100, step: 1 });
  input.addEventListener('input', () => deeds.confidence(input.valueAsNumber));
  // The slider says its value itself; a second voice would only repeat it.
  const value = make('span', { class: 'value', 'aria-hidden': 'true' });
  const ticks = Array.from({ length: 10 }, (_, index) => tick((index + 1) * 10, deeds));
  const head = make('div', { class: 'scale-head' }, make('label', { for: 'confidence' }, t.call.confidence), value);
  const element = make('div', { class: 'scale' }, head, input, make('div', { class: 'ticks' }, ...ticks), anchors());
  element.append(make('p', { class: 'aside keys-hint' }, t.call.keysContinuous));
  return {
    element,
    show: (confidence, open) => {
      for (const control of [input, ...ticks]) control.disabled = !open;
      input.value = String(confidence ?? 50);
      // Before the first rating there is no thumb: a preset value would pull the rating towards itself.
      input.classList.toggle('unset', confidence === null);
      input.setAttribute('aria-valuetext', confidence === null ? t.call.notRated : String(confidence));
      input.style.setProperty('--at', String(((confidence ?? 1) - 1) / 99));
      setText(value, confidence === null ? '–' : String(confidence));
    },
  };
}

function tick(value: number, deeds: Deeds): HTMLButtonElement {
  const element = button('', String(value), () => deeds.confidence(value));
  element.tabIndex = -1; // the slider and the digits do the same by keyboard
  element.dataset.confidence = String(value);
  element.style.setProperty('--at', String((value - 1) / 99));
  return element;
}

function pointScale(points: number, deeds: Deeds): Scale {
  const radios = Array.from({ length: points }, (_, index) => {
    const radio = make('input', { type: 'radio', name: 'confidence', value: index + 1 });
    radio.setAttribute('aria-label', t.call.point(index + 1, points));
    radio.addEventListener('change', () => deeds.point(index + 1));
    return radio;
  });
  const labels = radios.map((radio, index) => make('label', { class: 'point' }, radio, String(index + 1)));
  const row = make('div', { class: 'points', role: 'radiogroup', 'aria-label': t.call.confidence }, ...labels);
  row.style.setProperty('--points', String(points));
  const head = make('div', { class: 'scale-head' }, make('span', {}, t.call.confidence));
  const aside = make('p', { class: 'aside keys-hint' }, t.call.keysPoints(points));
  return {
    element: make('div', { class: 'scale' }, head, row, anchors(), aside),
    show: (confidence, open) => {
      for (const [index, radio] of radios.entries()) {
        radio.checked = pointOf(confidence, points) === index + 1;
        radio.disabled = !open;
      }
    },
  };
}
