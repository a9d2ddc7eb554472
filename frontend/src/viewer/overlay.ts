import type { Spot } from './camera';

/** A figure over the picture, in pixels of the screen. */
export interface Figure {
  readonly kind: 'point' | 'box' | 'freehand' | 'length' | 'angle' | 'region' | 'crosshair';
  readonly spots: readonly Spot[];
  readonly label?: string;
  /** Still being drawn. */
  readonly open?: boolean;
}

const SVG = 'http://www.w3.org/2000/svg';
const POINT_RADIUS = 9;
const CROSS = 14;
/** How far a label stands from its figure. */
const ASIDE = 8;

/** Figures over a picture. Each is drawn twice, wide in black and narrow in a light colour, to be seen on any grey. */
export class Overlay {
  private readonly svg = make('svg', { class: 'overlay', 'aria-hidden': 'true' });

  constructor(host: HTMLElement) {
    host.append(this.svg);
  }

  draw(figures: readonly Figure[]): void {
    this.svg.replaceChildren(...figures.map(group));
  }
}

function group(figure: Figure): SVGElement {
  const drawn = make('g', { class: `figure ${figure.kind}${figure.open ? ' open' : ''}` });
  const d = path(figure);
  drawn.append(make('path', { class: 'halo', d }), make('path', { class: 'line', d }));
  if (figure.label) drawn.append(label(figure, figure.label));
  return drawn;
}

function label({ spots, kind }: Figure, words: string): SVGElement {
  const rightmost = spots.reduce((best, spot) => (spot[0] > best[0] ? spot : best), spots[0] ?? [0, 0]);
  const aside = kind === 'point' ? POINT_RADIUS + 4 : ASIDE;
  const [x, y] = kind === 'region' || kind === 'box' ? corner(spots) : [rightmost[0] + aside, rightmost[1] - ASIDE];
  const text = make('text', { x: String(x), y: String(y) });
  text.textContent = words;
  return text;
}

/** Where the label of a box stands: over its upper left corner on the screen. */
function corner(spots: readonly Spot[]): Spot {
  return [Math.min(...spots.map(([x]) => x)), Math.min(...spots.map(([, y]) => y)) - ASIDE];
}

function path({ kind, spots }: Figure): string {
  const [first] = spots;
  if (!first) return '';
  if (kind === 'point') return ring(first);
  if (kind === 'crosshair') return cross(first, CROSS);
  const line = `M${spots.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}`;
  if (kind === 'box' || kind === 'region') return `${line}Z`;
  return kind === 'freehand' ? line : `${line}${spots.map((spot) => cross(spot, 4)).join('')}`;
}

/** A ring with a gap in the middle, so that what is marked stays in sight. */
function ring([x, y]: Spot): string {
  const [radius, tick] = [POINT_RADIUS, 4];
  const arc = `a${radius} ${radius} 0 1 0`;
  const circle = `M${x - radius} ${y}${arc}${2 * radius} 0${arc}${-2 * radius} 0`;
  return `${circle}M${x - radius} ${y}h${tick}M${x + radius} ${y}h${-tick}M${x} ${y - radius}v${tick}M${x} ${y + radius}v${-tick}`;
}

function cross([x, y]: Spot, arm: number): string {
  return `M${x - arm} ${y}h${2 * arm}M${x} ${y - arm}v${2 * arm}`;
}

function make(name: string, attributes: Record<string, string>): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  return element;
}
