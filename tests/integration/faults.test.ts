import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Connection } from '#db/open';
import { faultsOf, fingerprint } from '../../bench/fingerprint';
import { command, ingest, type Ran, scratch } from '../command';
import { diskShim } from '../disk/playback';

const ROOT = resolve(import.meta.dirname, '../..');
const folder = scratch();
const shim = diskShim(folder.path);
const mounted: string[] = [];
afterAll(() => {
  for (const place of mounted) spawnSync('umount', [place]);
  folder.remove();
});

const source = `${folder.path}/sample.mbox`;
let wanted: Record<string, string>;
let calm: string;
beforeAll(async () => {
  calm = `${folder.path}/calm.sqlite`;
  const { stdout } = command('sample', ['--messages', '700', '--seed', '5'], calm);
  const late =
    'From: Tomorrow <t@example.org>\nSubject: from the future\nDate: Fri, 1 Jan 2100 00:00:00 +0000\nMessage-ID: <late@example.org>\n\nSoon.\n';
  const blank = [1, 2, 3].map((n) => `From x@example.org Mon Feb  2 10:00:0${n} 2009\n${' \n'.repeat(n)}\n`);
  writeFileSync(source, `${stdout}From t@example.org Fri Jan  1 00:00:00 2100\n${late}\n${blank.join('')}`);
  expect(ingest(calm, source)).toMatchObject({ rejected: 3 });
  wanted = await fingerprint(calm);
});

/** Runs a command with a disturbed disk or clock. */
function disturbed(name: string, args: string[], database: string, env: Record<string, string>): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`${ROOT}/dist/${name}.mjs`, ...args], {
    env: { ...process.env, THREADLINE_DB: database, ...env },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

function expectClear(ran: Ran, words: string | RegExp): void {
  expect(ran.status, ran.stderr).toBe(1);
  expect(ran.stderr).toMatch(words);
  expect(ran.stderr, 'a stack trace').not.toMatch(/\n\s+at /);
}

async function expectCompleted(database: string): Promise<void> {
  ingest(database, source);
  expect(await faultsOf(database)).toEqual([]);
  expect(await fingerprint(database)).toEqual(wanted);
}

/** Mounts a small disk. A test is skipped visibly if this user cannot mount one (root and CI can). */
function smallDisk(name: string, size: string, skip: (why: string) => never): string {
  const place = `${folder.path}/${name}`;
  mkdirSync(place);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', place]).status !== 0)
    return skip('this user may not mount a disk');
  mounted.push(place);
  return place;
}

describe.skipIf(shim === null)('a full disk', () => {
  it.each([0, 5_000, 60_000, 400_000, 1_500_000])(
    'with space for %i bytes is reported, and the next run continues',
    async (room) => {
      const database = `${folder.path}/full${room}.sqlite`;
      const env = { LD_PRELOAD: shim ?? '', DISK_FILES: database, DISK_ROOM: String(room) };
      const ran = disturbed('ingest', [source], database, env);
      expectClear(ran, `${database}: the disk is full`);
      if (existsSync(database) && statSync(database).size > 0)
        expect(
          await faultsOf(database).catch((error: Error) => error.message.includes('the database is empty') || error),
        ).toSatisfy((found) => found === true || (Array.isArray(found) && found.length === 0));
      await expectCompleted(database);
    },
  );

  it('ends a backup, and leaves no file', () => {
    const target = `${folder.path}/copy.sqlite`;
    const env = { LD_PRELOAD: shim ?? '', DISK_FILES: target, DISK_ROOM: '100000' };
    expectClear(disturbed('backup', [target], calm, env), /copy\.sqlite.*the disk is full/);
    expect(readdirSync(folder.path).filter((name) => name.startsWith('copy'))).toEqual([]);
  });
});

describe('a separate disk', () => {
  it('that is really full is reported, and with more space the next run continues', async ({ skip }) => {
    const place = smallDisk('small', '1m', skip);
    const database = `${place}/t.sqlite`;
    expectClear(command('ingest', [source], database), `${database}: the disk is full`);
    spawnSync('mount', ['-o', 'remount,size=50m', place]);
    await expectCompleted(database);
  });

  it('that is read-only is reported by ingest, and not written', async ({ skip }) => {
    const place = smallDisk('readonly', '50m', skip);
    const database = `${place}/t.sqlite`;
    ingest(database, source);
    spawnSync('mount', ['-o', 'remount,ro', place]);
    expectClear(
      command('ingest', [source], database),
      /t\.sqlite.*(Let this user (read and )?write|cannot (create|open) it|read-only)/,
    );
    expectClear(command('verify', [], database), /Let this user write to its folder/);
    expectClear(command('ingest', [source], `${place}/new/t.sqlite`), /cannot create its folder/);
    spawnSync('mount', ['-o', 'remount,rw', place]);
    await expectCompleted(database);
  });
});

describe('a database that', () => {
  it('is locked by another program is reported, and nothing is lost', async () => {
    const database = `${folder.path}/locked.sqlite`;
    copyFileSync(calm, database);
    const other = await Connection.open(database, 'write');
    await other.command('PRAGMA journal_mode = WAL; BEGIN IMMEDIATE');
    const news = command('sample', ['--messages', '5', '--seed', '99'], database).stdout;
    expectClear(command('ingest', ['-'], database, news), /locked by another program/);
    expect(command('export', ['messages'], database).status).toBe(0);
    await other.command('ROLLBACK');
    await other.close();
    await expectCompleted(database);
  });

  it('is a folder, a text, truncated or overwritten is reported by every command', async () => {
    const place = `${folder.path}/damaged`;
    mkdirSync(place);
    mkdirSync(`${place}/folder`);
    writeFileSync(`${place}/text`, 'This is a letter to somebody.\n'.repeat(400));
    copyFileSync(calm, `${place}/short`);
    truncateSync(`${place}/short`, Math.floor(statSync(calm).size / 3 / 8192) * 8192);
    copyFileSync(calm, `${place}/overwritten`);
    const file = openSync(`${place}/overwritten`, 'r+');
    writeSync(file, Buffer.alloc(200_000, 0x33), 0, 200_000, 8192);
    closeSync(file);
    for (const [name, words] of [
      ['folder', /is a folder/],
      ['text', /not an SQLite database/],
      ['short', /damaged/],
      ['overwritten', /damaged/],
    ] as const) {
      for (const run of [
        ['ingest', source],
        ['export', 'messages'],
        ['search', 'patch'],
        ['upgrade'],
        ['backup', `${place}/${name}.copy`],
      ]) {
        const [command1, ...args] = run as [string, ...string[]];
        const ran = command(command1, args, `${place}/${name}`);
        if (name === 'overwritten' && ran.status === 0) continue; // It may not read the damaged part.
        expectClear(ran, words);
      }
      const { status, stdout, stderr } = command('verify', [], `${place}/${name}`);
      expect(status).toBe(1);
      expect(stdout + stderr).toMatch(/damaged|fault|folder|not an SQLite/);
      expect(existsSync(`${place}/${name}.copy.part`)).toBe(false);
    }
  });
});

describe('a second ingest', () => {
  it('is refused under any name of the database, with the process id of the first, until that is killed', async () => {
    const database = `${folder.path}/twice.sqlite`;
    const first = spawn(process.execPath, [`${ROOT}/dist/ingest.mjs`, '-'], {
      env: { ...process.env, THREADLINE_DB: database },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    // It waits for the rest of its standard input while it holds the lock.
    first.stdin?.write(readFileSync(source).subarray(0, 5000));
    while (!existsSync(database) || statSync(database).size === 0) await new Promise((later) => setTimeout(later, 20));
    symlinkSync(database, `${folder.path}/alias.sqlite`);
    for (const name of [database, `${folder.path}/alias.sqlite`]) {
      const second = command('ingest', [source], name);
      expectClear(second, /another ingest/);
      if (process.platform === 'linux') expect(second.stderr).toContain(`process ${first.pid}`);
    }
    first.kill('SIGKILL');
    await new Promise((ended) => first.once('exit', ended));
    await expectCompleted(database);
  });
});

describe.skipIf(shim === null)('a clock', () => {
  it.each(['-1000000000', '2000000000'])('that is %i seconds off and jumps has no effect', async (off) => {
    const database = `${folder.path}/clock${off}.sqlite`;
    expect(disturbed('ingest', [source], database, { LD_PRELOAD: shim ?? '', CLOCK_OFF: off })).toMatchObject({
      status: 0,
    });
    expect(await faultsOf(database)).toEqual([]);
    expect(await fingerprint(database)).toEqual(wanted);
  });
});

describe('a reject', () => {
  it('is complete in its folder, whenever the run is killed', async () => {
    const database = `${folder.path}/rejects.sqlite`;
    const rejects = `${folder.path}/rejects`;
    const args = ['--rejects', rejects, source];
    for (const wait of [0, 30, 60, 120]) {
      const child = spawn(process.execPath, [`${ROOT}/dist/ingest.mjs`, ...args], {
        env: { ...process.env, THREADLINE_DB: database },
        stdio: 'ignore',
      });
      while (!existsSync(database) && child.exitCode === null) await new Promise((later) => setTimeout(later, 5));
      await new Promise((later) => setTimeout(later, wait));
      child.kill('SIGKILL');
      await new Promise((ended) =>
        child.exitCode === null && child.signalCode === null ? child.once('exit', ended) : ended(null),
      );
    }
    expect(command('ingest', args, database)).toMatchObject({ status: 0 });
    const files = readdirSync(rejects);
    expect(
      files
        .filter((name) => name.endsWith('.eml'))
        .map((name) => readFileSync(`${rejects}/${name}`).length)
        .sort(),
    ).toEqual(await rejectSizes(database));
    expect(files.filter((name) => name.endsWith('.txt'))).toHaveLength(3);
    expect(files.filter((name) => name.endsWith('.part'))).toEqual([]);
    expect(await fingerprint(database)).toEqual(wanted);
  });

  it('that cannot be written is reported, and written by the next run', () => {
    const database = `${folder.path}/rejects2.sqlite`;
    const place = `${folder.path}/a-file`;
    writeFileSync(place, 'not a folder');
    expectClear(command('ingest', ['--rejects', place, source], database), /a-file: cannot write a rejected mail/);
    rmSync(place);
    expect(command('ingest', ['--rejects', place, source], database).status).toBe(0);
    expect(readdirSync(place)).toHaveLength(6);
  });
});

async function rejectSizes(database: string): Promise<number[]> {
  const connection = await Connection.open(database, 'read');
  const rows = await connection.all<{ size: number }>('SELECT length(bytes) AS size FROM reject');
  await connection.close();
  return rows.map(({ size }) => size).sort();
}

describe('a backup', () => {
  it('made while an ingest writes is complete, and an ingest can continue from it', async () => {
    const database = `${folder.path}/busy.sqlite`;
    const writing = spawn(process.execPath, [`${ROOT}/dist/ingest.mjs`, source], {
      env: { ...process.env, THREADLINE_DB: database },
      stdio: 'ignore',
    });
    const ended = new Promise((done) => writing.once('exit', done));
    const copies: string[] = [];
    while (writing.exitCode === null) {
      const target = `${folder.path}/backup${copies.length}.sqlite`;
      const ran = await new Promise<number | null>((done) => {
        const child = spawn(process.execPath, [`${ROOT}/dist/backup.mjs`, target], {
          env: { ...process.env, THREADLINE_DB: database },
          stdio: 'ignore',
        });
        child.once('exit', done);
      });
      // The first may run before the database exists.
      if (ran === 0) copies.push(target);
    }
    await ended;
    expect(copies.length).toBeGreaterThan(0);
    for (const copy of copies.slice(0, 4)) {
      expect(await faultsOf(copy)).toEqual([]);
      await expectCompleted(copy);
    }
    expectClear(command('backup', [copies[0] as string], database), /file exists/);
  });
});
