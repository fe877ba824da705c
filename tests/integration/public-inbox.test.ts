import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import sqlite3 from 'sqlite3';
import { afterAll, describe, expect, it } from 'vitest';
import { ARCHIVES, archive } from '../archives';
import { command, ingest, scratch } from '../command';

const installed = spawnSync('public-inbox-index', ['--version']).error === undefined;
if (!installed && process.env.THREADLINE_REQUIRE?.includes('public-inbox'))
  throw new Error('THREADLINE_REQUIRE demands public-inbox, which is not installed');

/** Cases in which our threads are right, judged by reading the mails; everything else must be equal. */
const OURS_BETTER = {
  /** Mails whose parent public-inbox does not see; their threads there are treated as one. */
  united: [
    {
      msgid: '20250915010010.3547-1-spasswolf@web.de',
      parent: '20250908-wip-mca-updates-v6-0-eef5d6c74b9c@amd.com',
      why: 'In-Reply-To names the cover of the series without brackets, and the author of the series answers the report',
    },
    {
      msgid: '20201105114326.353021-1-yaoaili126@163.com',
      parent: '202011041829.KUaqiCq1-lkp@intel.com',
      why: "In-Reply-To has the id as marc.info masks it, and the patch mends what that robot's mail reports",
    },
  ],
  /** Mails that each begin a thread; public-inbox joins them by a word that is not an id. */
  apart: [
    {
      roots: [
        '20190617142852.12140-1-shiju.jose@huawei.com',
        '20190812101149.26036-1-shiju.jose@huawei.com',
        '20191016163401.16980-1-shiju.jose@huawei.com',
        '20191113163113.3356-1-shiju.jose@huawei.com',
      ],
      why: "four series on other things in six months; In-Reply-To of each cover is its author's name in brackets",
    },
  ],
};

/** The thread id of each Message-ID in public-inbox's over.sqlite3. */
async function theirThreads(folder: string): Promise<Map<string, string>> {
  const inbox = `${folder}/linux-edac`;
  const env = {
    ...process.env,
    HOME: folder,
    PI_CONFIG: `${folder}/config`,
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '*',
  };
  writeFileSync(`${folder}/.gitconfig`, '[safe]\n\tdirectory = *\n');
  execFileSync(
    'public-inbox-init',
    ['-V2', 'linux-edac', inbox, 'http://127.0.0.1/linux-edac', 'linux-edac@vger.kernel.org'],
    { env, stdio: 'ignore' },
  );
  rmSync(`${inbox}/git/0.git`, { recursive: true, force: true });
  cpSync(archive('linux-edac/git/0.git'), `${inbox}/git/0.git`, { recursive: true });
  execFileSync('chmod', ['-R', 'u+w', inbox]);
  // `basic` does not index words, but threads are in over.sqlite3 anyway.
  execFileSync('public-inbox-index', ['-L', 'basic', inbox], { env, stdio: 'ignore' });
  const rows = await query(
    execFileSync('find', [inbox, '-name', 'over.sqlite3']).toString().trim(),
    'SELECT m.mid, o.tid FROM msgid m JOIN id2num i ON i.id = m.id JOIN over o ON o.num = i.num WHERE o.num > 0',
  );
  return new Map(rows.map(({ mid, tid }) => [String(mid), String(tid)]));
}

function query(path: string, sql: string): Promise<Record<string, unknown>[]> {
  return new Promise((resolve, reject) => {
    const db = new sqlite3.Database(path, sqlite3.OPEN_READONLY);
    db.all(sql, (error, rows) => (error ? reject(error) : resolve(rows as Record<string, unknown>[])));
    db.close();
  });
}

function unite(threads: Map<string, string>, msgid: string, parent: string, why: string) {
  const [one, other] = [threads.get(msgid), threads.get(parent)];
  expect(one, `apart there: ${why}`).not.toBe(other);
  for (const [id, thread] of threads) if (thread === one) threads.set(id, other as string);
}

/** Splits the thread that contains `roots`: each mail belongs to the root that it is or names. */
function takeApart(threads: Map<string, string>, named: Map<string, string[]>, roots: string[], why: string) {
  const whole = threads.get(roots[0] as string);
  expect(new Set(roots.map((root) => threads.get(root))), `one there: ${why}`).toEqual(new Set([whole]));
  for (const [id, thread] of threads) {
    if (thread !== whole) continue;
    const own = roots.filter((root) => named.get(id)?.includes(root));
    expect(own.length, `${id} names one root`).toBe(1);
    threads.set(id, `${whole} from ${own[0]}`);
  }
}

function members(threads: Map<string, string>, common: Set<string>): Map<string, Set<string>> {
  const groups = new Map<string, Set<string>>();
  for (const [msgid, thread] of threads) {
    if (!common.has(msgid)) continue;
    const group = groups.get(thread) ?? new Set();
    group.add(msgid);
    groups.set(thread, group);
  }
  return new Map([...groups.values()].flatMap((group) => [...group].map((msgid) => [msgid, group])));
}

describe.skipIf(ARCHIVES === null || !installed)('threads of linux-edac', () => {
  const folder = scratch();
  afterAll(() => folder.remove());

  it("equal public-inbox's for every message, except for the judged cases", async () => {
    const theirs = await theirThreads(folder.path);
    const database = `${folder.path}/edac.sqlite`;
    ingest(database, archive('linux-edac'));
    const ours = new Map<string, string>();
    const named = new Map<string, string[]>();
    for (const line of command('export', ['messages'], database).stdout.trim().split('\n')) {
      const { msgid, thread, references } = JSON.parse(line) as { msgid: string; thread: string; references: string[] };
      ours.set(msgid, thread);
      named.set(msgid, [...references, msgid]);
    }
    for (const { msgid, parent, why } of OURS_BETTER.united) unite(theirs, msgid, parent, why);
    for (const { roots, why } of OURS_BETTER.apart) takeApart(theirs, named, roots, why);
    const common = new Set([...theirs.keys()].filter((msgid) => ours.has(msgid)));
    expect(common.size).toBe(theirs.size);
    const [a, b] = [members(theirs, common), members(ours, common)];
    const differing = [...common].filter((msgid) => !sameSet(a.get(msgid), b.get(msgid)));
    console.info(`threads: ${common.size - differing.length} of ${common.size} messages agree`);
    expect(differing).toEqual([]);
  });
});

function sameSet(a: Set<string> | undefined, b: Set<string> | undefined): boolean {
  return a !== undefined && b !== undefined && a.size === b.size && [...a].every((one) => b.has(one));
}
