import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parseMail } from '../../ingest/parse/index.ts';
import { patchFacts } from '../../ingest/patch/facts.ts';
import { readBody } from '../../mail/body.ts';
import { patchIds } from '../../patch/patchid.ts';
import { ARCHIVES } from '../archives.ts';
import { blobsOf } from './mails.ts';

// git reads all patches of an archive as one stream, in which "From <oid>" names each, as in git format-patch's output.
describe.skipIf(!ARCHIVES)('patch ids', () => {
  it.each(['kexec', 'linux-edac'])(
    'equal those of git patch-id --stable for every patch of %s',
    { timeout: 240_000 },
    async (name) => {
      const ours = new Map<string, string>();
      const stream: string[] = [];
      for (const { oid, raw } of blobsOf(name)) {
        const message = await parseMail(raw, { receivedAt: null });
        const body = readBody(message.text);
        const id =
          message.text.includes('\ndiff ') || message.text.startsWith('diff ')
            ? (patchFacts(message, body).patch?.patchId ?? null)
            : null;
        if (id === null) continue;
        const first = body.segments.find(
          ({ kind, start }) => kind === 'file' && body.text.startsWith('diff ', body.starts[start]),
        );
        if (!first) continue;
        ours.set(oid, id);
        stream.push(`From ${oid} Mon Sep 17 00:00:00 2001\n${body.text.slice(body.starts[first.start])}\n`);
      }
      const input = stream.join('');
      const git = spawnSync('git', ['patch-id', '--stable'], { input, maxBuffer: 1 << 30 })
        .stdout.toString()
        .trim()
        .split('\n');
      const theirs = new Map(git.reverse().map((line) => line.split(' ').reverse() as [string, string]));
      const differing = [...ours].filter(([oid, id]) => theirs.get(oid) !== id);
      expect(differing).toEqual([]);
      expect(patchIds(input)).toEqual(git.reverse().map((line) => line.split(' ')[0]));
      expect(ours.size).toBeGreaterThan(600);
    },
  );
});
