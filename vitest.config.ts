import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{mail,ingest,db,cli,samples,tests,app,bench}/**/*.test.{ts,tsx}'],
    // Two cores, and whole archives in memory: more workers would only wait for one another.
    maxWorkers: 2,
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
