// node scripts/run.mjs NAME ARGS...: sets up what is missing, then runs the command of that name in this process.
import { existsSync } from 'node:fs';
import { ensureBundled, ensureInstalled, fail, ROOT } from './setup.mjs';

const [name = ''] = process.argv.splice(2, 1);
await ensureInstalled();
await ensureBundled();
if (!/^[a-z]+$/.test(name) || !existsSync(`${ROOT}/dist/${name}.mjs`)) fail(`unknown command "${name}"`);
await import(`../dist/${name}.mjs`);
