// Prepares a clone so that its commands can run. Plain JavaScript, because it runs before anything is installed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const at = (...parts) => join(ROOT, ...parts);

/** A package from `npm pack` has the built files and no sources: nothing is set up, and data go to the folder where it is called. */
const IS_PACKAGE = !existsSync(at('tsconfig.json'));

/** The folder to which a relative THREADLINE_DB refers. */
export const DATA_FOLDER = IS_PACKAGE ? process.env.INIT_CWD || process.cwd() : ROOT;

/** Ends the command with what happened and what to do. */
export function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 9))
  fail(`Node ${process.versions.node} is too old: Threadline needs 20.9 or newer.`);

const say = (text) => process.stderr.write(`threadline: ${text}\n`);

let tellStep = (_what) => {};

/** Calls `listener` with each step that begins from now on. */
export function onStep(listener) {
  tellStep = listener;
}

/** Runs a program with its output on standard error, since standard output belongs to the command. Resolves to whether it succeeded. */
function run(what, program, args, env = {}) {
  say(what);
  tellStep(what);
  const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 2, 2], env: { ...process.env, ...env } });
  return new Promise((done) => {
    child.once('error', (error) => fail(`cannot run ${program}: ${error.message}`));
    child.once('exit', (code) => done(code === 0));
  });
}

function fingerprint(files) {
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(at(file)))
      .update('\0');
  return hash.digest('hex');
}

/** Files below folders, by path, with one of the endings, without tests. */
function sources(folders, endings) {
  const found = [];
  for (const folder of folders) {
    if (!existsSync(at(folder))) continue;
    for (const entry of readdirSync(at(folder), { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath ?? entry.path, entry.name).slice(ROOT.length);
      if (entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)) && !/\.test\.tsx?$/.test(entry.name))
        found.push(path);
    }
  }
  return found.sort();
}

/** Does `work` unless the stamp says that it was done for the same inputs. */
async function unlessDone(stamp, files, isThere, work) {
  if (IS_PACKAGE) return;
  const want = fingerprint(files.filter((file) => existsSync(at(file))));
  if (isThere() && existsSync(stamp) && readFileSync(stamp, 'utf8') === want) return;
  await withLock(async () => {
    if (isThere() && existsSync(stamp) && readFileSync(stamp, 'utf8') === want) return;
    await work();
    writeFileSync(stamp, want);
  });
}

const LOCK = at('.threadline-setup');
const LOCK_STALE_MS = 15 * 60_000;
let locked = false;

/** Two commands that are started at once must not install at the same time. */
async function withLock(work) {
  if (locked) return work();
  for (;;) {
    try {
      mkdirSync(LOCK);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST')
        fail(
          `${ROOT} must be rebuilt, but this user cannot write to it (${error.code}). Run "npm run build" as its owner.`,
        );
      const age = existsSync(LOCK) ? Date.now() - statSync(LOCK).mtimeMs : 0;
      if (age > LOCK_STALE_MS) rmSync(LOCK, { recursive: true, force: true });
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
  locked = true;
  const free = () => rmSync(LOCK, { recursive: true, force: true });
  process.once('exit', free);
  try {
    return await work();
  } finally {
    locked = false;
    process.off('exit', free);
    free();
  }
}

/** The folders of code without I/O that everything else uses. */
const WORDS = ['mail', 'patch', 'query', 'quote', 'site'];

const SQLITE = 'node_modules/sqlite3/build/Release/node_sqlite3.node';

export async function ensureInstalled() {
  await unlessDone(
    at('node_modules/.threadline-installed'),
    ['package-lock.json', '.npmrc'],
    () => existsSync(at(SQLITE)),
    async () => {
      // Not `npm ci`: it refuses a lock file without the other platforms' optional packages, which some mirrors lack.
      if (
        !(await run('installing packages (takes two minutes longer if sqlite3 has to be compiled)', 'npm', [
          'install',
          '--no-save',
          '--loglevel=warn',
        ]))
      ) {
        fail(
          'npm install failed; see above. Compiling sqlite3 needs Python 3, make and a C++ compiler (Debian: apt-get install python3 make g++).',
        );
      }
      // npm 11 may not run install scripts, but the native module is needed.
      if (!existsSync(at(SQLITE))) await run('building sqlite3', 'npm', ['rebuild', 'sqlite3', '--loglevel=warn']);
      if (!existsSync(at(SQLITE)))
        await run('compiling sqlite3', 'npx', ['node-gyp', 'rebuild', '--directory', 'node_modules/sqlite3']);
      if (!existsSync(at(SQLITE)))
        fail(
          'cannot build sqlite3: install Python 3, make and a C++ compiler (Debian: apt-get install python3 make g++) and start again.',
        );
    },
  );
}

/** The folder of the bundled commands and the parsing worker, one file each. Flat, because they read the schema from `../db/`. */
const DIST = at('dist');

export async function ensureBundled() {
  const files = sources(
    [
      'cli',
      'ingest',
      'db',
      'log',
      ...WORDS,
      'samples',
      'bench',
      'app/_door',
      'app/_nntp',
      'app/_page',
      'app/_web',
      'app/_worker',
      'app/_browser',
    ],
    ['.ts'],
  );
  await unlessDone(
    at('dist/.threadline-bundled'),
    [...files, 'package-lock.json'],
    () => existsSync(join(DIST, 'worker.mjs')) && existsSync(join(DIST, 'site.js')),
    bundle,
  );
}

async function bundle() {
  tellStep('bundling the commands');
  const { build } = await import('esbuild');
  mkdirSync(DIST, { recursive: true });
  const commands = readdirSync(at('cli')).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  await build({
    absWorkingDir: ROOT,
    entryPoints: [
      ...commands.map((name) => `cli/${name}`),
      'bench/bench.ts',
      'bench/soak.ts',
      'bench/kills.ts',
      'bench/nodes.ts',
      'bench/lag.ts',
      'bench/scale.ts',
      'bench/joined.ts',
      'bench/fuzz/fuzz.ts',
      'ingest/pipeline/worker.ts',
      'app/_door/serve.ts',
      { in: 'app/_worker/worker.ts', out: 'pageworker' },
    ].map((entry) => (typeof entry === 'string' ? { in: entry, out: basename(entry, '.ts') } : entry)),
    outdir: 'dist',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    sourcemap: true,
    logLevel: 'warning',
  });
  // The scripts of the pages (app/_browser/).
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['app/_browser/site.ts', 'app/_browser/saved.ts'],
    outdir: 'dist',
    bundle: true,
    minify: true,
    target: 'es2022',
    logLevel: 'warning',
  });
}

/** What the pages are built from. */
const pageSources = () => [
  ...sources(['app', 'db', ...WORDS, 'public'], ['.ts', '.tsx', '.css', '.js', '.svg', '.txt', '.sql']),
  ...['next.config.ts', 'package-lock.json', 'tsconfig.json', 'proxy.ts', 'instrumentation.ts'],
];

export async function ensureBuilt() {
  const files = pageSources();
  await unlessDone(
    at('.next/.threadline-built'),
    files,
    () => existsSync(at('.next/BUILD_ID')),
    () => buildPages(files, '.next', []),
  );
}

/**
 * Builds the pages for a package, in `.next-package`. Not with Turbopack: it finds packages through links in a `node_modules` folder of
 * the build, which `npm pack` leaves out.
 */
export async function buildForPackage() {
  rmSync(at('.next-package'), { recursive: true, force: true });
  // Next adds its folder to tsconfig.json.
  const settings = readFileSync(at('tsconfig.json'));
  await buildPages(pageSources(), '.next-package', ['--webpack']);
  writeFileSync(at('tsconfig.json'), settings);
}

async function buildPages(files, folder, options) {
  const built = await run(
    'building the pages',
    process.execPath,
    ['node_modules/next/dist/bin/next', 'build', ...options],
    {
      NEXT_TELEMETRY_DISABLED: '1',
      THREADLINE_BUILD_FOLDER: folder,
      THREADLINE_BUILD_ID: fingerprint(files.filter((file) => existsSync(at(file)))).slice(0, 21),
    },
  );
  if (!built) fail('cannot build the pages; see above.');
}
