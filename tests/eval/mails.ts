import { execFileSync } from 'node:child_process';
import { archive } from '../archives.ts';

/** The raw mails of an archive's first epoch with their blob names, oldest first. */
export function* blobsOf(name: string): Generator<{ oid: string; raw: Buffer }> {
  const repository = archive(name, 'git', '0.git');
  const safe = { ...process.env, GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' };
  const options = { maxBuffer: 1 << 30, env: safe };
  const log = execFileSync('git', ['-C', repository, 'log', '--reverse', '--format=%H:m'], options);
  const all = execFileSync('git', ['-C', repository, 'cat-file', '--batch'], { ...options, input: log });
  for (let at = 0; at < all.length; ) {
    const end = all.indexOf(10, at);
    const [oid = '', kind, size] = all.toString('latin1', at, end).split(' ');
    at = end + 1;
    if (kind !== 'blob') continue;
    yield { oid, raw: all.subarray(at, at + Number(size)) };
    at += Number(size) + 1;
  }
}
