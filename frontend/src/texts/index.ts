import { de } from './de';
import { en, type Texts } from './en';

const LANGUAGES: Record<string, Texts> = { en, de };

/** The words of a language such as `de` or `de-CH`; English where there is none. */
export function textsOf(language: string): Texts {
  return LANGUAGES[language.toLowerCase().split('-')[0] ?? ''] ?? en;
}

/** The words of this page: the server writes its language into `<html lang>`. */
export const t = textsOf(typeof document === 'undefined' ? 'en' : document.documentElement.lang);
export type { Texts };
