/**
 * Drawing a rectangle on a picture: `<svg data-draw="form-id">` whose viewBox counts in the picture's own pixels. The
 * form's fields x, y, width and height are filled; typing them moves the rectangle. Nothing is sent before the form's
 * button is pressed.
 */
type Point = { x: number; y: number };
const FIELDS = ['x', 'y', 'width', 'height'] as const;

for (const svg of document.querySelectorAll<SVGSVGElement>('svg[data-draw]')) bind(svg);
document.addEventListener('keydown', followKey);

function bind(svg: SVGSVGElement): void {
  const form = document.getElementById(svg.dataset.draw ?? '') as HTMLFormElement | null;
  if (!form) return;
  let start: Point | undefined;
  svg.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    start = pointIn(svg, event);
    svg.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  svg.addEventListener('pointermove', (event) => {
    if (start) fill(form, svg, start, pointIn(svg, event));
  });
  svg.addEventListener('pointerup', () => {
    start = undefined;
    form.querySelector<HTMLButtonElement>('button')?.focus();
  });
  svg.addEventListener('pointercancel', () => {
    start = undefined;
  });
  form.addEventListener('input', () => draft(form, svg));
}

/** Where a pointer is, in pixels of the picture; never outside of it. */
function pointIn(svg: SVGSVGElement, event: PointerEvent): Point {
  const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM()?.inverse());
  const { width, height } = svg.viewBox.baseVal;
  const within = (place: number, most: number) => Math.round(Math.min(Math.max(place, 0), most));
  return { x: within(x, width), y: within(y, height) };
}

function fill(form: HTMLFormElement, svg: SVGSVGElement, start: Point, end: Point): void {
  const values = {
    x: Math.min(start.x, end.x),
    y: Math.min(start.y, end.y),
    width: Math.abs(end.x - start.x),
    height: Math.abs(end.y - start.y),
  };
  for (const name of FIELDS) field(form, name).value = String(values[name]);
  draft(form, svg);
}

/** Show the rectangle that the fields describe. */
function draft(form: HTMLFormElement, svg: SVGSVGElement): void {
  const rect =
    svg.querySelector('.draft') ?? svg.appendChild(document.createElementNS('http://www.w3.org/2000/svg', 'rect'));
  rect.setAttribute('class', 'draft');
  for (const name of FIELDS) rect.setAttribute(name, String(Math.max(field(form, name).valueAsNumber || 0, 0)));
}

function field(form: HTMLFormElement, name: string): HTMLInputElement {
  return form.elements.namedItem(name) as HTMLInputElement;
}

/** `<a data-key="n">`: the key goes where the link leads, unless somebody is typing. */
function followKey(event: KeyboardEvent): void {
  const typing = (event.target as Element).closest('input, select, textarea, dialog');
  if (typing || event.ctrlKey || event.altKey || event.metaKey) return;
  document.querySelector<HTMLElement>(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`)?.click();
}
