import embed, { type Result, type VisualizationSpec } from 'vega-embed';
import { desk } from './texts/desk';

const dark = window.matchMedia('(prefers-color-scheme: dark)');
const shown = new WeakMap<HTMLElement, Result>();

async function show(figure: HTMLElement): Promise<void> {
  const view = viewOf(figure);
  figure.ariaBusy = 'true';
  try {
    const address = themed(figure.dataset.chartUrl ?? '');
    const spec = await fetchSpec(address);
    shown.get(figure)?.finalize();
    shown.delete(figure);
    if ('svg' in spec) {
      view.replaceChildren(picture(address, figure));
      return;
    }
    const result = await embed(view, spec, {
      // A parsed syntax tree and an interpreter for it: Vega's compiler needs eval, which the security policy forbids.
      ast: true,
      // Both would write a style element; pages.css has the rules instead.
      defaultStyle: false,
      tooltip: { disableDefaultStyle: true },
      actions: false,
      renderer: 'svg',
    });
    shown.set(figure, result);
  } catch (error) {
    console.error(error);
    view.replaceChildren(failure());
  } finally {
    figure.ariaBusy = null;
  }
}

function viewOf(figure: HTMLElement): HTMLElement {
  const existing = figure.querySelector<HTMLElement>('.chart-view');
  if (existing) return existing;
  const view = document.createElement('div');
  view.className = 'chart-view';
  figure.prepend(view);
  return view;
}

function themed(address: string): URL {
  const url = new URL(address, window.location.href);
  url.searchParams.set('theme', dark.matches ? 'dark' : 'light');
  return url;
}

/** What no chart library draws comes as a picture; as one, since the security policy lets no drawing bring its style. */
function picture(address: URL, figure: HTMLElement): HTMLImageElement {
  const image = document.createElement('img');
  const url = new URL(address);
  url.pathname = url.pathname.replace(/\.json$/, '.svg');
  image.src = url.href;
  image.alt = figure.dataset.title ?? '';
  return image;
}

async function fetchSpec(url: URL): Promise<VisualizationSpec | { svg: string }> {
  const response = await fetch(url, { headers: { Accept: 'application/json' } });
  if (!response.ok) throw new Error(`${url.pathname}: ${response.status}`);
  return response.json();
}

function failure(): HTMLElement {
  const message = document.createElement('p');
  message.className = 'message error';
  message.textContent = desk.chart.failed;
  return message;
}

function showAll(): void {
  for (const figure of document.querySelectorAll<HTMLElement>('figure[data-chart-url]')) void show(figure);
}

dark.addEventListener('change', showAll);
showAll();
