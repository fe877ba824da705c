#!/usr/bin/env node
// threadline SOURCE... is `npm start -- SOURCE...`; threadline COMMAND ARGS... is `npm run COMMAND -- ARGS...`. Both use this folder's database.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { DATA_FOLDER, ROOT } from './setup.mjs';

const { scripts } = JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8'));
const [name = ''] = process.argv.slice(2);
if (scripts[name]?.endsWith(`scripts/run.mjs ${name}`)) {
  process.env.THREADLINE_DB = resolve(DATA_FOLDER, process.env.THREADLINE_DB || 'data/threadline.sqlite');
  await import('./run.mjs');
} else {
  await import('./start.mjs');
}
