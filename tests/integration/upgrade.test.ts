import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Connection, Reader, SCHEMA_VERSION } from '#db/open';
import { faultsOf, fingerprint } from '../../bench/fingerprint';
import { command, ingest, scratch } from '../command';

const folder = scratch();
afterAll(() => folder.remove());

const ROOT = resolve(import.meta.dirname, '../..');

const unpacked = (name: string) => gunzipSync(readFileSync(resolve(import.meta.dirname, '../old', `${name}.gz`)));
const archive = `${folder.path}/old-archive.mbox`;
writeFileSync(archive, unpacked('old-archive.mbox'));

/** A database of the archive made by a program of that version. */
async function madeByVersion(version: number, name: string): Promise<string> {
  const path = `${folder.path}/${name}.sqlite`;
  writeFileSync(path, unpacked(`version-${version}.sqlite`));
  const connection = await Connection.open(path, 'write');
  await connection.command('UPDATE source SET location = ?', [archive]);
  await connection.close();
  return path;
}

async function versionOfFile(path: string): Promise<unknown> {
  const connection = await Connection.open(path, 'read');
  const row = await connection.get('PRAGMA user_version');
  await connection.close();
  return row?.user_version;
}

/** The article numbers of a list's mails, and the highest number ever used. */
async function numbersIn(path: string): Promise<unknown> {
  const connection = await Connection.open(path, 'read');
  const numbers = await connection.all(
    'SELECT m.msgid, m.imposter, p.number FROM posting p JOIN message m ON m.id = p.message_id ORDER BY p.number',
  );
  const last = await connection.get('SELECT max(last_number) AS last FROM list');
  await connection.close();
  return { numbers, ...last };
}

const fresh = `${folder.path}/fresh.sqlite`;
let wanted: Awaited<ReturnType<typeof fingerprint>>;
beforeAll(async () => {
  ingest(fresh, archive);
  wanted = await fingerprint(fresh);
});

describe('an older database', () => {
  it.each(Array.from({ length: SCHEMA_VERSION - 1 }, (_, n) => n + 1))(
    'of version %i is upgraded from its own mails, and its sources are continued',
    async (version) => {
      const database = await madeByVersion(version, `from-${version}`);
      if (version !== SCHEMA_VERSION) {
        expect(command('ingest', [archive], database).stderr).toContain('npm run upgrade');
        expect(command('verify', [], database)).toMatchObject({
          status: 1,
          stderr: expect.stringContaining('npm run upgrade'),
        });
      }
      const ran = command('upgrade', version === SCHEMA_VERSION ? ['--rebuild'] : [], database);
      expect(ran).toMatchObject({ status: 0, stderr: expect.stringMatching(/60 postings .* about 1 minute/) });
      expect(await versionOfFile(database)).toBe(SCHEMA_VERSION);
      expect(await versionOfFile(`${database}.v${version}`)).toBe(version);
      expect(await faultsOf(database)).toEqual([]);
      expect(await fingerprint(database)).toEqual(wanted);
      expect(await numbersIn(database)).toEqual(await numbersIn(fresh));
      expect(ingest(database, archive)).toMatchObject({ read: 0 });
      const reader = await Reader.open(database, 1);
      expect(
        await reader.read((db) => db.get('SELECT count(*) AS n, min(length(bytes)) AS bytes FROM reject')),
      ).toMatchObject({ n: 1 });
      await reader.close();
      expect(command('upgrade', [], database).stderr).toContain('nothing to do');
    },
  );

  it('is unchanged during the upgrade, whenever that is killed', async () => {
    const database = await madeByVersion(2, 'killed');
    for (const wait of [0, 60, 120, 240, 480]) {
      const child = spawn(process.execPath, [`${ROOT}/dist/upgrade.mjs`], {
        env: { ...process.env, THREADLINE_DB: database },
        stdio: 'ignore',
      });
      // Measured from the beginning of the build, so that a slow start does not use up the time.
      while (!existsSync(`${database}.upgrade`) && child.exitCode === null)
        await new Promise((later) => setTimeout(later, 5));
      await new Promise((later) => setTimeout(later, wait));
      child.kill('SIGKILL');
      await new Promise((ended) =>
        child.exitCode === null && child.signalCode === null ? child.once('exit', ended) : ended(null),
      );
      expect([2, SCHEMA_VERSION]).toContain(await versionOfFile(database));
    }
    expect(command('upgrade', [], database)).toMatchObject({ status: 0 });
    expect(await fingerprint(database)).toEqual(wanted);
    expect(existsSync(`${database}.upgrade`)).toBe(false);
  });

  it('is not upgraded while something reads it, or during an ingest', async () => {
    const database = await madeByVersion(2, 'read');
    const reader = await Connection.open(database, 'write');
    await reader.command('PRAGMA journal_mode = WAL; BEGIN');
    await reader.all('SELECT count(*) FROM message');
    expect(command('upgrade', [], database)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('Stop the server'),
    });
    await reader.close();
    expect(await versionOfFile(database)).toBe(2);
  });

  it('that is not ours, or newer, is rejected and not changed', async () => {
    const other = `${folder.path}/other.sqlite`;
    const made = await Connection.open(other, 'write');
    await made.command('CREATE TABLE something (x); PRAGMA user_version = 3');
    await made.close();
    const newer = await madeByVersion(2, 'newer');
    const raised = await Connection.open(newer, 'write');
    await raised.command(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    await raised.close();
    for (const [database, words] of [
      [other, "but not Threadline's"],
      [newer, 'newer Threadline'],
      [`${folder.path}/none.sqlite`, 'no such database'],
    ] as const) {
      const before = existsSync(database) ? readFileSync(database) : null;
      for (const name of ['upgrade', 'verify', 'export']) {
        const ran = command(name, name === 'export' ? ['messages'] : [], database);
        expect(ran).toMatchObject({ status: 1, stderr: expect.stringContaining(words) });
      }
      if (before)
        expect(command('ingest', [archive], database)).toMatchObject({
          status: 1,
          stderr: expect.stringContaining(words),
        });
      expect(existsSync(database) ? readFileSync(database) : null).toEqual(before);
    }
  });

  it('keeps its mailmap, its lists, and the matches of commits', async () => {
    const database = `${folder.path}/joined.sqlite`;
    command('ingest', ['-'], database, command('sample', ['--messages', '400'], database).stdout);
    writeFileSync(`${folder.path}/mailmap`, 'Somebody <somebody@example.org> <nobody@example.org>\n');
    expect(command('ingest', ['--mailmap', `${folder.path}/mailmap`], database)).toMatchObject({ status: 0 });
    const connection = await Connection.open(database, 'write');
    await connection.command(`UPDATE list SET description = 'What it is for';
      INSERT INTO outcome SELECT min(message_id), 0, 0, 2, 9, 'patch id', 'abcdef', 'linux', 0 FROM patch;
      INSERT INTO patch_commit SELECT 'abcdef', 'linux', min(message_id), 'patch id' FROM patch`);
    await connection.close();
    expect(command('upgrade', ['--rebuild'], database)).toMatchObject({ status: 0 });
    const reader = await Reader.open(database, 1);
    await reader.read(async (db) => {
      expect(await db.get('SELECT count(*) AS n FROM mailmap')).toEqual({ n: 1 });
      expect(await db.get('SELECT DISTINCT description FROM list')).toEqual({ description: 'What it is for' });
      expect(await db.all('SELECT oid, tree, how FROM patch_commit')).toEqual([
        { oid: 'abcdef', tree: 'linux', how: 'patch id' },
      ]);
    });
    await reader.close();
  });

  it('keeps its article numbers, including used ones', async () => {
    const database = `${folder.path}/numbered.sqlite`;
    ingest(database, archive);
    const connection = await Connection.open(database, 'write');
    await connection.command('UPDATE posting SET number = 1000 - number; UPDATE list SET last_number = 1000');
    await connection.close();
    const before = await numbersIn(database);
    expect(command('upgrade', ['--rebuild'], database)).toMatchObject({ status: 0 });
    expect(await numbersIn(database)).toEqual(before);
  });

  it('keeps its permissions', async () => {
    const database = await madeByVersion(2, 'mode');
    chmodSync(database, 0o640);
    expect(command('upgrade', [], database)).toMatchObject({ status: 0 });
    expect(statSync(database).mode & 0o777).toBe(0o640);
  });
});
