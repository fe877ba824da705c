import { chmodSync, chownSync, closeSync, fsyncSync, linkSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { flushed } from '#db/backup';
import { openWriter } from '#db/create';
import {
  numberArticles,
  READABLE,
  type StoredSource,
  storedCommits,
  storedFiles,
  storedMails,
  storedRejects,
  storedSources,
} from '#db/oldversions';
import { Connection, DatabaseError, SCHEMA_VERSION, versionOf } from '#db/open';
import { claimAlone, messagesNamed, restoredDifference, restoreNames } from '#db/write/restore';
import { CLAIM } from '#patch/kinds';
import { lockIngest } from './pipeline/lock';
import { storeCommits } from './pipeline/patches';
import type { Source, SourceEvent, SourceKind } from './read/types';
import { type IngestOptions, ingest } from './run';

export interface UpgradeOptions extends Pick<IngestOptions, 'jobs' | 'mailSeconds' | 'people' | 'onProgress'> {
  database: string;
  /** Rebuild even if the version is current: for a better parser, and to remove the bytes of withdrawn mails. */
  force: boolean;
  /** Called before the work begins. */
  onStart(from: number, to: number, mails: number): void;
  /** Checks the new database before it replaces the old one; throws if it finds a fault. */
  check(path: string): Promise<void>;
}

/**
 * Upgrades an older database to this version. Its mails, byte for byte, are ingested into a new file, which replaces the old one in one
 * step after a check. Sources continue where they were. If it is killed before that step, the old database is unchanged, and
 * the next call starts again.
 * Resolves to the path of the old database; null if there was nothing to do. @throws DatabaseError if it is not possible
 */
export async function upgrade(options: UpgradeOptions): Promise<string | null> {
  const { database } = options;
  const unlock = await lockIngest(database);
  try {
    const old = await openOld(database);
    try {
      const version = await versionOf(old);
      if (version === null || (version === SCHEMA_VERSION && !options.force)) return null;
      await refuseUnreadable(database, version);
      await beAlone(old);
      const next = `${database}.upgrade`;
      removeDatabase(next);
      await rebuild(old, version, next, options);
      await options.check(next);
      await old.close();
      return await swap(database, next, `${database}.v${version}`);
    } finally {
      await old.close().catch(() => {});
    }
  } finally {
    await unlock();
  }
}

async function openOld(database: string): Promise<Connection> {
  // Opening for writing would create a missing file.
  await (await Connection.open(database, 'read')).close();
  return Connection.open(database, 'write');
}

async function refuseUnreadable(database: string, version: number): Promise<void> {
  const say = (text: string) => new DatabaseError(`${database}: ${text}`);
  if (version > SCHEMA_VERSION)
    throw say(
      `written by a newer Threadline (version ${version}; this one supports ${SCHEMA_VERSION}). Update this program.`,
    );
  if (version < READABLE.from || version > READABLE.to)
    throw say(`this program cannot read its version ${version}. Ingest its sources into another database.`);
  const { size } = statSync(database);
  const { bavail, bsize } = await statfs(dirname(database));
  if (bavail * bsize < size * ROOM)
    throw say(
      `not enough space: the new database needs about ${megabytes(size * ROOM)} MB in ${dirname(database)}, which has ${megabytes(bavail * bsize)} MB free. Free some space first.`,
    );
}

/** The space for the new database and its log, in sizes of the old one. */
const ROOM = 1.3;
const megabytes = (bytes: number) => Math.round(bytes / 1e6);

/**
 * Makes sure that no other program has the old file open: it would use the log of the new one
 * (https://www.sqlite.org/howtocorrupt.html, 1.4 and 2.4).
 */
async function beAlone(old: Connection): Promise<void> {
  try {
    await claimAlone(old);
  } catch (error) {
    if (error instanceof DatabaseError && error.code !== 'SQLITE_BUSY') throw error;
    throw new DatabaseError(
      `${old.path}: open in another program. Stop the server and all other readers, then run again.`,
    );
  }
}

async function rebuild(old: Connection, version: number, next: string, options: UpgradeOptions): Promise<void> {
  const sources = await storedSources(old);
  await numberArticles(old, version);
  options.onStart(
    version,
    SCHEMA_VERSION,
    sources.reduce((sum, { mails }) => sum + mails, 0),
  );
  const made = await openWriter(next);
  await restoreNames(made, old.path);
  await made.close();
  const { jobs, mailSeconds, people, onProgress } = options;
  const { failed } = await ingest(
    [...sources.map((source) => sourceOf(old, source, false)), ...sources.map((source) => sourceOf(old, source, true))],
    {
      database: next,
      list: null,
      jobs,
      mailSeconds,
      limit: null,
      commits: null,
      mailmap: null,
      people,
      log: null,
      ...(onProgress ? { onProgress } : {}),
    },
  );
  if (failed[0]) throw new DatabaseError(failed[0].message);
  const again = await openWriter(next);
  try {
    await restoreCommits(old, again);
    const { lost, added, rejects } = await restoredDifference(again, old.path);
    if (lost || added || rejects)
      throw new DatabaseError(
        `${old.path}: the new database lacks ${lost} postings of the old one, has ${added} others, and ${rejects} fewer rejects. The old one was not changed; the new one is ${next}.`,
      );
  } finally {
    await again.close();
  }
}

/** A source of the old database, in two passes: first the messages of all sources, then the imposters. The second pass restores the checkpoint. */
function sourceOf(old: Connection, stored: StoredSource, imposters: boolean): Source {
  return {
    kind: stored.kind as SourceKind,
    location: stored.location,
    listName: null,
    async *open({ onTotal }): AsyncGenerator<SourceEvent> {
      if (!imposters) onTotal?.(stored.mails, 'mails');
      for await (const mail of storedMails(old, stored.id, imposters)) {
        const { bytes, list, epoch, oid, receivedAt, postedAt, number } = mail;
        const place = `${list}, as it was stored`;
        yield {
          kind: 'mail',
          bytes,
          origin: { place, epoch, oid, receivedAt, posted: { list, receivedAt: postedAt, number } },
        };
      }
      if (!imposters) return;
      for (const { place, reason, bytes } of await storedRejects(old, stored.id))
        yield { kind: 'reject', bytes, reason, origin: { place, epoch: null, oid: null, receivedAt: null } };
      if (stored.state !== null)
        yield { kind: 'checkpoint', state: JSON.parse(stored.state), seen: await storedFiles(old, stored.id) };
    },
  };
}

async function restoreCommits(old: Connection, db: Connection): Promise<void> {
  const commits = await storedCommits(old);
  const patches = await messagesNamed(db, commits);
  const matches = commits.map((commit, n) => ({
    ...commit,
    patch: patches[n]?.id ?? null,
    isRevert: commit.kind === CLAIM.reverted,
  }));
  for (const tree of new Set(commits.map((commit) => commit.tree)))
    await storeCommits(
      db,
      tree,
      matches.flatMap(({ patch, ...match }) => (match.tree === tree && patch !== null ? [{ ...match, patch }] : [])),
    );
}

/** Gives the old file another name, and the new one its name in one step. */
async function swap(database: string, next: string, kept: string): Promise<string> {
  const last = await Connection.open(next, 'write');
  await claimAlone(last);
  await last.close();
  keepOwner(database, next);
  await flushed(next);
  rmSync(kept, { force: true });
  linkSync(database, kept);
  renameSync(next, database);
  const folder = openSync(dirname(database), 'r');
  fsyncSync(folder);
  closeSync(folder);
  removeDatabase(next);
  return kept;
}

/** Keeps the owner, because the server may run as another user than the upgrade; only root can change it. */
function keepOwner(from: string, to: string): void {
  const { mode, uid, gid } = statSync(from);
  chmodSync(to, mode & 0o7777);
  if (process.getuid?.() === 0) chownSync(to, uid, gid);
}

function removeDatabase(path: string): void {
  for (const end of ['', '-wal', '-shm', '-journal', '-ingest-lock']) rmSync(path + end, { force: true });
}
