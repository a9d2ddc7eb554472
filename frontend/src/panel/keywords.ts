import { t } from '@/texts';

/** A key as people name it: `Shift+f` is “Shift + F”, `ArrowUp` is “↑”. */
export function keyWords(key: string): string {
  const names: Readonly<Record<string, string>> = t.keyNames;
  const parts =
    key.length > 1 && key.endsWith('+') ? [...key.slice(0, -1).split('+').filter(Boolean), '+'] : split(key);
  return parts.map((part) => names[part] ?? part.toUpperCase().replace('-', '−')).join(' + ');
}

function split(key: string): string[] {
  return key === '+' ? ['+'] : key.split('+');
}
