import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync } from 'node:fs';

/** A repository, and an mbox of two versions of a series of two patches that git itself has written. */
export function twoVersions(path: string): { repository: string; mbox: string; newest: string } {
  const repository = `${path}/tree`;
  mkdirSync(repository, { recursive: true });
  let time = Date.parse('2024-03-01T10:00:00Z') / 1000;
  const git = (...args: string[]) => {
    const date = `${time++} +0000`;
    const env = { ...process.env, HOME: path, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
    const who = ['-c', 'user.name=Ada Example', '-c', 'user.email=ada@example.org'];
    const ran = spawnSync('git', [...who, ...args], { cwd: repository, env, encoding: 'utf8' });
    if (ran.status !== 0) throw new Error(`git ${args.join(' ')}: ${ran.stderr}`);
    return ran.stdout;
  };
  const write = (name: string, line: string) => appendFileSync(`${repository}/${name}`, `${line}\n`);
  git('init', '-q', '-b', 'base');
  for (let n = 0; n < 20; n++) write('stop.c', `line ${n}`);
  git('add', '.');
  git('commit', '-qm', 'Base');
  let mbox = '';
  let newest = '';
  for (const version of [1, 2]) {
    git('checkout', '-qB', `v${version}`, 'base');
    write('stop.c', `\treturn ${version};`);
    git('commit', '-qam', 'example: Add a way to stop', '-m', 'Signed-off-by: Ada Example <ada@example.org>');
    write('stop.c', '\t/* never reached */');
    git('commit', '-qam', 'example: Say what follows', '-m', 'Signed-off-by: Ada Example <ada@example.org>');
    const args = [
      '--stdout',
      '--cover-letter',
      `-v${version}`,
      '--thread',
      '--add-header=List-Id: <revised.example.org>',
    ];
    let mails = git('format-patch', ...args, 'base..');
    mails = mails
      .replace('*** SUBJECT HERE ***', 'Stopping')
      .replace('*** BLURB HERE ***', 'change-id: 20240301-stop-0123456789ab')
      // Git writes the second of the clock there: two versions made within one would have the same Message-ID.
      .replaceAll(/cover\.\d+\.git\./g, `cover.${time}.git.`);
    newest = /^Message-I[Dd]: <([^>]+)>/m.exec(mails)?.[1] ?? '';
    mbox += mails;
    time += 86_400;
  }
  return { repository, mbox, newest };
}
