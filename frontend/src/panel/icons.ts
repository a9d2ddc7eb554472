import type { ViewCommand } from '@/viewer/tool';

/** The picture of each command on a 24-unit grid, drawn for this page. */
const PATHS = {
  window: 'M12 4a8 8 0 1 0 0 16a8 8 0 1 0 0-16zM12 4v16M14.5 4.6v14.8M17 5.8v12.4',
  pan: 'M12 3v18M3 12h18M9.5 5.5L12 3l2.5 2.5M9.5 18.5L12 21l2.5-2.5M5.5 9.5L3 12l2.5 2.5M18.5 9.5L21 12l-2.5 2.5',
  zoom: 'M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13zM15.2 15.2L21 21M8 9l2.5-2.5L13 9M8 12l2.5 2.5L13 12',
  magnify: 'M12 3a8 8 0 1 0 0 16a8 8 0 1 0 0-16zM12 7.5a3.5 3.5 0 0 0-3.5 3.5M12 19v2.5',
  length: 'M3.5 17.5L17.5 3.5l3 3L6.5 20.5zM8 13l1.8 1.8M11 10l1.8 1.8M14 7l1.8 1.8',
  angle: 'M20 19H4L15 5M11 19a7 7 0 0 0-2.7-5.5',
  'mark-point': 'M12 3v5M12 16v5M3 12h5M16 12h5M12 10.5a1.5 1.5 0 1 0 0 3a1.5 1.5 0 1 0 0-3z',
  'mark-box': 'M5 6h14v12H5z',
  'mark-freehand': 'M4 17c3-9 6-11 8-9s-4 8-1 9s4-6 9-8',
  invert: 'M4.5 4.5h15v15h-15zM4.5 19.5L19.5 4.5M8 19.5L19.5 8M12 19.5L19.5 12M16 19.5l3.5-3.5',
  'window-default': 'M12 4a8 8 0 1 0 0 16a8 8 0 1 0 0-16zM10 8.5h1.5a3.5 3.5 0 0 1 0 7H10z',
  'window-full': 'M4 12h16M4 8v8M20 8v8M7.5 9.5L5 12l2.5 2.5M16.5 9.5L19 12l-2.5 2.5',
  'window-auto': 'M4 19c3 0 4-12 8-12s5 12 8 12M12 3v1.5',
  'zoom-in': 'M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13zM15.2 15.2L21 21M10.5 7.5v6M7.5 10.5h6',
  'zoom-out': 'M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13zM15.2 15.2L21 21M7.5 10.5h6',
  'rotate-left': 'M5 12a7 7 0 1 0 2.5-5.4M4 3.5l3.3 3.3L4 10',
  'rotate-right': 'M19 12a7 7 0 1 1-2.5-5.4M20 3.5l-3.3 3.3L20 10',
  'flip-horizontal': 'M12 3v18M9 7L3 17h6zM15 7l6 10h-6z',
  'flip-vertical': 'M3 12h18M7 9L17 3v6zM7 15l10 6v-6z',
  reset: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5M9 9h6v6H9z',
  'clear-measures': 'M4 20L13 11M15 9l2-2M5 5l14 14M17.5 3.5l3 3',
} as const satisfies Partial<Record<ViewCommand, string>>;

export type Pictured = keyof typeof PATHS;

const SVG = 'http://www.w3.org/2000/svg';

/** The icon of a command of the viewer. */
export function icon(command: Pictured): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[command]);
  svg.append(path);
  return svg;
}
