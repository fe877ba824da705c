import { defineConfig } from 'vitest/config';

/** A test that hangs is ended, so that the others are heard; the long forms of some (THREADLINE_TEST_ALL) take what they take. */
const HANGS = process.env.THREADLINE_TEST_ALL === '1' ? 0 : 600_000;

export default defineConfig({
  test: {
    include: ['{mail,patch,query,quote,site,ingest,db,log,cli,samples,tests,app,bench}/**/*.test.{ts,tsx}'],
    // Two cores, and whole archives in memory: more workers would only wait for one another.
    maxWorkers: 2,
    testTimeout: HANGS,
    hookTimeout: HANGS,
  },
});
