// The archives given to `npm start -- SOURCE...`, kept beside the database, one per line, so that `npm start` alone follows them.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fail } from './setup.mjs';

const fileOf = (database) => `${database}.sources`;

/** The sources followed so far; lines that begin with # are comments. */
export function sourcesOf(database) {
  const file = fileOf(database);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line && !line.startsWith('#'));
}

/** Sources in the form in which they are kept: URLs as given, paths absolute. Ends the command if a path does not exist. */
export function absoluteSources(given) {
  return given.map((source) => {
    if (/^https?:\/\//i.test(source)) return source;
    if (source === '-') fail('npm start cannot follow standard input, which ends; use npm run ingest -- - instead.');
    const path = resolve(process.env.INIT_CWD || '.', source);
    if (!existsSync(path)) fail(`${path}: no such file or folder. Give a URL, or the path of an archive.`);
    return path;
  });
}

/** Adds sources to the followed ones. */
export function keepSources(database, sources) {
  const before = sourcesOf(database);
  const added = sources.filter((source, n) => !before.includes(source) && sources.indexOf(source) === n);
  if (!added.length) return;
  mkdirSync(dirname(database), { recursive: true });
  const head = before.length
    ? ''
    : '# Archives that npm start follows, one per line. Delete a line to stop following it.\n';
  const old = existsSync(fileOf(database)) ? readFileSync(fileOf(database), 'utf8') : head;
  writeFileSync(fileOf(database), `${old}${added.join('\n')}\n`);
}
