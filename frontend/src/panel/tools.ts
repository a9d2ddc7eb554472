import { make } from '@/element';
import { type CommandName, commandsWith, type Overrides } from '@/keys';
import { t } from '@/texts';
import type { Tool, ViewCommand } from '@/viewer/tool';
import { icon, type Pictured } from './icons';
import { keyWords } from './keywords';

const TOOLS: readonly Pictured[] = ['window', 'pan', 'zoom', 'magnify', 'length', 'angle'];
const CHANGES: readonly Pictured[] = [
  'window-default',
  'window-full',
  'window-auto',
  'invert',
  'zoom-in',
  'zoom-out',
  'rotate-left',
  'rotate-right',
  'flip-horizontal',
  'flip-vertical',
  'clear-measures',
  'reset',
];

/** The viewer's buttons: what the left button does, and what changes the picture at once. */
export function showTools(root: HTMLElement, perform: (command: ViewCommand) => void): void {
  root.replaceChildren(group(TOOLS, perform, true), group(CHANGES, perform, false));
  root.addEventListener('keydown', (event) => move(root, event));
  for (const [index, element] of buttons(root).entries()) element.tabIndex = index === 0 ? 0 : -1;
}

function group(commands: readonly Pictured[], perform: (command: ViewCommand) => void, isTool: boolean): HTMLElement {
  const elements = commands.map((command) => {
    const element = make('button', { type: 'button', 'data-view': command, 'aria-label': t.commands[command] });
    if (isTool) element.ariaPressed = 'false';
    element.append(icon(command));
    element.addEventListener('click', () => perform(command));
    return element;
  });
  return make('div', { class: 'tool-group' }, ...elements);
}

/** In a toolbar the arrow keys move from button to button, and Tab leaves it. */
function move(root: HTMLElement, event: KeyboardEvent): void {
  const steps: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  const step = steps[event.key];
  if (step === undefined) return;
  const all = buttons(root);
  const at = all.indexOf(document.activeElement as HTMLButtonElement);
  const next = all[(at + step + all.length) % all.length];
  if (at < 0 || !next) return;
  event.preventDefault();
  event.stopPropagation();
  for (const element of all) element.tabIndex = element === next ? 0 : -1;
  next.focus();
}

function buttons(root: HTMLElement): HTMLButtonElement[] {
  return [...root.querySelectorAll('button')];
}

/** Show which tool the left button has. */
export function showTool(root: HTMLElement, tool: Tool): void {
  for (const element of buttons(root)) {
    if (element.ariaPressed !== null) element.ariaPressed = String(element.dataset.view === tool);
  }
}

/** Write each button's key into its tip, as the reader has it now. */
export function showKeys(root: HTMLElement, overrides: Overrides): void {
  const keys = new Map<string, readonly string[]>(commandsWith(overrides).map(({ name, keys }) => [name, keys]));
  for (const element of buttons(root)) {
    const name = element.dataset.view as CommandName;
    const first = keys.get(name)?.[0];
    element.title = first ? `${t.commands[name]} (${keyWords(first)})` : t.commands[name];
  }
}
