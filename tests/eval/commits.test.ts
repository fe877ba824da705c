import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseMail } from '../../ingest/parse/index.ts';
import { ingestCommits } from '../../ingest/pipeline/commits.ts';
import type { Message } from '../../mail/types.ts';
import { ARCHIVES, archive } from '../archives.ts';
import { PatchDatabase } from '../patchdb.ts';

// Patches that only add files can be applied to an empty repository by `git am`, which gives commits with known origin.
describe.skipIf(!ARCHIVES)('commits of real patches', () => {
  const folder = mkdtempSync(join(tmpdir(), 'threadline-am-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are matched to the mails they come from', { timeout: 240_000 }, async () => {
    const mails = newFilePatches(12_000, 400);
    const git = (args: string[], input?: Buffer) =>
      spawnSync('git', ['-C', folder, ...args], { input, env: { ...process.env, ...IDENTITY } });
    execFileSync('git', ['init', '-q', folder]);
    const applied = new Map<string, string>();
    for (const { raw, message } of mails) {
      if (git(['am', '-q', '--keep-cr'], raw).status !== 0) git(['am', '--abort']);
      else applied.set(git(['rev-parse', 'HEAD']).stdout.toString().trim(), message.msgid);
    }
    expect(applied.size).toBeGreaterThan(10);
    const store = await PatchDatabase.create();
    await store.add(mails.map(({ message }) => Object.assign(message, { references: [] })));
    await ingestCommits(store.db, folder);
    const rows = await store.db.all<{ oid: string; msgid: string; how: string }>(
      'SELECT c.oid, c.how, m.msgid FROM patch_commit c JOIN message m ON m.id = c.patch_id',
    );
    const wrong = rows.filter((row) => applied.get(row.oid) !== row.msgid);
    // Only some patches of most series are in the archive or can be applied here, so these series are partly merged.
    const merged = await store.db.get<{ n: number }>(
      `SELECT count(*) AS n FROM series WHERE status IN ('merged', 'partly applied')`,
    );
    await store.close();
    expect(wrong).toEqual([]);
    expect(rows.length / applied.size).toBeGreaterThan(0.95);
    expect(merged?.n).toBeGreaterThan(10);
  });
});

const IDENTITY = { GIT_COMMITTER_NAME: 'Cora Example', GIT_COMMITTER_EMAIL: 'cora@example.org' };

/** Mails among the newest `look` of linux-edac whose diffs only add files, at most one per second. */
function newFilePatches(look: number, wanted: number): { raw: Buffer; message: Message }[] {
  const repository = archive('linux-edac/git/0.git');
  const options = {
    maxBuffer: 1 << 30,
    env: { ...process.env, GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' },
  };
  const log = execFileSync('git', ['-C', repository, 'log', `-${look}`, '--format=%H:m'], options);
  const all = execFileSync('git', ['-C', repository, 'cat-file', '--batch'], { ...options, input: log });
  const found: { raw: Buffer; message: Message }[] = [];
  const seconds = new Set<number>();
  for (let at = 0; at < all.length && found.length < wanted; ) {
    const end = all.indexOf(10, at);
    const size = Number(all.toString('latin1', at, end).split(' ')[2] ?? 0);
    const raw = all.subarray(end + 1, end + 1 + size);
    at = end + size + 2;
    const text = raw.toString('latin1');
    const files = text.match(/^diff --git /gm)?.length ?? 0;
    if (files === 0 || files !== text.match(/^new file mode /gm)?.length || !/^Subject: \[.*patch/im.test(text))
      continue;
    const message = parseMail(raw, { receivedAt: null });
    if (message instanceof Promise || seconds.has(message.sentAt)) continue;
    seconds.add(message.sentAt);
    found.push({ raw, message });
  }
  return found;
}
