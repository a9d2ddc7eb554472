import { fileURLToPath } from 'node:url';
import type { Rolldown } from 'vite';
import { defineConfig } from 'vitest/config';

/**
 * Two faults of others that do no harm here: the decoders' glue code names Node's `fs` and `path`, which no browser
 * reaches, and htmx holds an `eval` that our setting and the content security policy both shut off.
 */
const KNOWN = [/has been externalized for browser compatibility/, /htmx\.org.*eval|eval.*htmx\.org/s];

function sift(warning: Rolldown.RolldownLog, warn: (warning: Rolldown.RolldownLog) => void): void {
  const text = `${warning.id ?? ''} ${warning.message}`;
  if (!KNOWN.some((known) => known.test(text))) warn(warning);
}

export default defineConfig({
  base: '/static/',
  build: {
    manifest: true,
    target: 'es2022',
    sourcemap: false,
    // The viewer is one large library by nature: 0.47 MB gzipped, not worth a warning at each build.
    chunkSizeWarningLimit: 3000,
    // Every browser that knows es2022 knows module preloading.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ['src/reading.ts', 'src/pages.ts', 'src/charts.ts', 'src/importing.ts'],
      onwarn: sift,
      // How long Rolldown's plugins took is of no use to those who build.
      checks: { pluginTimings: false },
    },
  },
  worker: { format: 'es', rolldownOptions: { checks: { pluginTimings: false } } },
  resolve: {
    alias: {
      '@': fileURLToPath(new URL('./src', import.meta.url)),
      // Tests live outside this folder, from where no package can be found.
      'fake-indexeddb': fileURLToPath(new URL('./node_modules/fake-indexeddb', import.meta.url)),
    },
  },
  server: { fs: { allow: ['..'] } },
  // The time limit is against tests that hang, not against a busy machine.
  test: { dir: '../tests/frontend', globals: true, environment: 'node', testTimeout: 60_000 },
});
