import { execFileSync } from 'node:child_process';

const HUGE = { maxBuffer: 1 << 30 };

/** All mails in an epoch in commit order, as git prints them, for comparison with ingest. */
export function readMails(repository: string): { oid: string; bytes: Buffer }[] {
  const git = (args: string[], input?: string) =>
    execFileSync('git', ['-c', 'safe.directory=*', `--git-dir=${repository}`, ...args], {
      ...HUGE,
      ...(input === undefined ? {} : { input }),
    });
  const oids = git(['log', '--reverse', '--raw', '--no-abbrev', '--format='])
    .toString()
    .split('\n')
    .flatMap((line) => {
      const [, , , oid, what = ''] = line.split(' ');
      return line.startsWith(':') && what.endsWith('\tm') && oid ? [oid] : [];
    });
  const printed = git(['cat-file', '--batch'], `${oids.join('\n')}\n`);
  const mails: { oid: string; bytes: Buffer }[] = [];
  for (let at = 0; at < printed.length; ) {
    const end = printed.indexOf(10, at);
    const [oid = '', , size = '0'] = printed.toString('latin1', at, end).split(' ');
    mails.push({ oid, bytes: printed.subarray(end + 1, end + 1 + Number(size)) });
    at = end + 2 + Number(size);
  }
  return mails;
}
