import { defineConfig } from 'vitest/config';

/** Milliseconds. A test that hangs is ended, so that the others run. With THREADLINE_TEST_ALL=1, long tests have no limit. */
const HANGS = process.env.THREADLINE_TEST_ALL === '1' ? 0 : 600_000;

export default defineConfig({
  test: {
    include: ['{mail,patch,query,quote,site,ingest,db,log,cli,samples,tests,app,bench}/**/*.test.{ts,tsx}'],
    // CI has two cores, and some tests hold whole archives in memory: more workers would only wait for one another.
    maxWorkers: 2,
    testTimeout: HANGS,
    hookTimeout: HANGS,
  },
});
