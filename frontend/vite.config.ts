import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// what `make run` in another terminal serves
const SERVED = 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react()],
  resolve: { tsconfigPaths: true },
  build: { target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 700 },
  worker: { format: 'es' },
  server: {
    proxy: Object.fromEntries(['/api', '/query', '/samples'].map((path) => [path, SERVED])),
  },
  test: { include: ['src/**/*.test.{ts,tsx}'] },
});
