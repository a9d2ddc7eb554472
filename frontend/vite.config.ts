import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  base: '/static/',
  build: {
    manifest: true,
    target: 'es2022',
    sourcemap: false,
    // The viewer is one large library by nature; it is measured as a whole (README), not warned of at each build.
    chunkSizeWarningLimit: 3000,
    // Browsers that know es2022 know module preloading; the polyfill would be an inline-script risk under the CSP.
    modulePreload: { polyfill: false },
    rollupOptions: { input: ['src/reading.ts', 'src/pages.ts', 'src/charts.ts'] },
  },
  worker: { format: 'es' },
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { fs: { allow: ['..'] } },
  test: { dir: '../tests/frontend', globals: true, environment: 'node' },
});
