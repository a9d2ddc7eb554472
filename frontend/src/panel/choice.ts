import { key, make } from '@/element';
import type { Draft } from '@/state';
import type { Question } from '@/wire';
import { type Deeds, field, nameOf, type Widget } from './widget';

const DIGITS = 9;

/**
 * One of a few named options, all in sight: a quality rating, whose answer is the option's number, or a short list of
 * diagnoses, whose answer is the option.
 */
export function choice(question: Question, deeds: Deeds): Widget {
  const answerAt = (index: number) => (question.kind === 'quality' ? index + 1 : (question.options[index] ?? ''));
  const radios = question.options.map((_, index) =>
    make('input', { type: 'radio', name: nameOf(question), value: index, required: question.required }),
  );
  for (const [index, radio] of radios.entries()) {
    radio.addEventListener('change', () => deeds.answer(question.name, answerAt(index)));
  }
  const rows = radios.map((radio, index) => {
    const digit = index < DIGITS ? [key(String(index + 1))] : [];
    return make('label', { class: 'option' }, radio, make('span', {}, question.options[index] ?? ''), ...digit);
  });
  return {
    question,
    element: field(question, make('div', { class: 'options' }, ...rows)),
    show: ({ answers }: Draft, open) => {
      for (const [index, radio] of radios.entries()) {
        radio.checked = answers[question.name] === answerAt(index);
        radio.disabled = !open;
      }
    },
    digit: (digit) => {
      if (digit < 1 || digit > Math.min(DIGITS, question.options.length)) return false;
      deeds.answer(question.name, answerAt(digit - 1));
      return true;
    },
  };
}
