// npm test [FILE...]: installs, then lint, types, build, and unit, integration and browser tests.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { audit } from './audit.mjs';
import { ensureBuilt, ensureBundled, ensureInstalled, ROOT } from './setup.mjs';

const files = process.argv.slice(2);
await ensureInstalled();
let failures = 0;

function step(name, bin, args) {
  process.stdout.write(`\n== ${name}\n`);
  const { status } = spawnSync(process.execPath, [join(ROOT, 'node_modules', bin), ...args], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
  });
  if (status !== 0) failures++;
}

if (!files.length) {
  step('lint and format', '@biomejs/biome/bin/biome', ['check', '--error-on-warnings']);
  step('types', 'typescript/bin/tsc', ['--noEmit', '-p', '.']);
  step('unused files, exports and packages', 'knip/bin/knip.js', ['--no-progress']);
  const { failed, text } = audit();
  process.stdout.write(`\n== packages\n${text}\n`);
  if (failed) failures++;
}
await ensureBundled();
await ensureBuilt();
const report = join(tmpdir(), `threadline-tests-${process.pid}.json`);
step('tests', 'vitest/vitest.mjs', [
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile=${report}`,
  ...files,
]);
const { numPassedTests = 0, numFailedTests = 0, numPendingTests = 0, numFailedTestSuites = 0 } = readReport();
process.stdout.write(`\n${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped\n`);
process.exit(failures || numFailedTests || numFailedTestSuites ? 1 : 0);

function readReport() {
  try {
    return JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    failures++;
    return {};
  } finally {
    rmSync(report, { force: true });
  }
}
