// Builds the portal. The output is static: the portal server hands it out, and nothing is inlined into index.html,
// so that the content security policy can forbid inline code.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const api = process.env['BERTH_API'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { '/v1': { target: api, ws: true } } },
});
