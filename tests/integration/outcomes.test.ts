import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Reader } from '../../db/open';
import { command, ingest, scratch } from '../command';

const folder = scratch();
afterAll(() => folder.remove());

const DAY = 86_400;
const START = 1_600_000_000;
const KIT = 'Kit Keeper <kit@example.org>';
const ADA = 'Ada Example <ada@example.org>';
const BEA = 'Bea Example <bea@example.org>';

/** A patch that adds a file, as git writes it. */
const adds = (file: string) =>
  `Why.\n\nSigned-off-by: Somebody <somebody@example.org>\n---\n ${file} | 1 +\n 1 file changed, 1 insertion(+)\n create mode 100644 ${file}\n\ndiff --git a/${file} b/${file}\nnew file mode 100644\nindex 0000000..1234567\n--- /dev/null\n+++ b/${file}\n@@ -0,0 +1 @@\n+${file} is said here;\n-- \n2.40.1\n`;

/** The patch that takes the file away again, as `git revert` and `git format-patch` write it. */
const removes = (file: string, commit = 'This reverts commit 0123456789abcdef0123456789abcdef01234567.\n\n') =>
  `${commit}It was not needed.\n\nSigned-off-by: Bea Example <bea@example.org>\n---\n ${file} | 1 -\n 1 file changed, 1 deletion(-)\n delete mode 100644 ${file}\n\ndiff --git a/${file} b/${file}\ndeleted file mode 100644\nindex 1234567..0000000\n--- a/${file}\n+++ /dev/null\n@@ -1 +0,0 @@\n-${file} is said here;\n-- \n2.40.1\n`;

const rfc5322 = (day: number) => new Date((START + day * DAY) * 1000).toUTCString();
const mail = (id: string, day: number, from: string, subject: string, text: string, to = '') =>
  `From: ${from}\nTo: Kit Keeper <kit@example.org>\nSubject: ${subject}\nDate: ${rfc5322(day)}\nMessage-ID: <${id}@example.org>\nList-Id: <pets.example.org>\n${to && `In-Reply-To: <${to}@example.org>\n`}\n${text}`;
const patch = (id: string, day: number, from: string, title: string, file: string, to = '') =>
  mail(id, day, from, `[PATCH${/^\d/.test(title) ? ' ' : '] '}${title}`, adds(file), to);
const answer = (id: string, day: number, title: string, text: string, to: string) =>
  mail(id, day, KIT, `Re: [PATCH] ${title}`, `> Why.\n\n${text}\n`, to);

const MAILS = [
  // Two that Kit applies, which shows that Kit keeps a tree.
  patch('one', 0, ADA, 'dogs: bark', 'bark'),
  answer('one-r', 1, 'dogs: bark', 'Applied, thanks.', 'one'),
  patch('two', 2, ADA, 'dogs: sleep', 'sleep'),
  answer('two-r', 3, 'dogs: sleep', 'Applied, thanks.', 'two'),
  // Kit's own patch, which no mail mentions.
  patch('own', 4, KIT, 'dogs: eat', 'eat'),
  patch('half-1', 5, ADA, '1/2] cats: purr', 'purr'),
  patch('half-2', 5, ADA, '2/2] cats: jump', 'jump', 'half-1'),
  // Refused in a mail, but taken later.
  patch('no', 6, ADA, 'cats: hunt', 'hunt'),
  answer('no-r', 7, 'cats: hunt', 'NAK.', 'no'),
  // In no repository.
  patch('out', 8, ADA, 'cats: swim', 'swim'),
  answer('out-r', 9, 'cats: swim', 'Cats? I wonder.', 'out'),
  // Taken, then taken back by a patch of somebody else that was taken too.
  patch('dig', 10, ADA, 'dogs: dig', 'dig'),
  answer('dig-r', 11, 'dogs: dig', 'Applied, thanks.', 'dig'),
  mail('undig', 20, BEA, '[PATCH] Revert "dogs: dig"', removes('dig')),
  answer('undig-r', 21, 'Revert "dogs: dig"', 'Applied, thanks.', 'undig'),
  // Taken, and a revert proposed that nobody took.
  patch('howl', 12, ADA, 'dogs: howl', 'howl'),
  answer('howl-r', 13, 'dogs: howl', 'Applied, thanks.', 'howl'),
  mail('unhowl', 22, BEA, '[PATCH] Revert "dogs: howl"', removes('howl')),
  // A revert of what nobody said was taken; it names no commit.
  patch('nap', 14, ADA, 'dogs: nap', 'nap'),
  answer('nap-r', 15, 'dogs: nap', 'Dogs? I wonder.', 'nap'),
  mail('unnap', 23, BEA, '[PATCH] Revert "dogs: nap"', removes('nap', '')),
  answer('unnap-r', 24, 'Revert "dogs: nap"', 'Applied, thanks.', 'unnap'),
];

/** Only what was taken is reverted, and only by a revert that was taken. */
const REVERTS = {
  'dogs: dig': 'reverted',
  'Revert "dogs: dig"': 'applied',
  'dogs: howl': 'applied',
  'Revert "dogs: howl"': 'waiting for review',
  'dogs: nap': 'under discussion',
  'Revert "dogs: nap"': 'applied',
};

const repository = join(folder.path, 'tree');
const database = join(folder.path, 'a.sqlite');

function git(args: string[], input?: string): void {
  const of = { GIT_COMMITTER_NAME: 'Kit Keeper', GIT_COMMITTER_EMAIL: 'kit@example.org', HOME: folder.path };
  execFileSync('git', ['-C', repository, ...args], {
    input,
    env: { ...process.env, ...of },
    stdio: ['pipe', 'ignore', 'inherit'],
  });
}

interface Exported {
  title: string;
  status: string;
  outcome_unknown: string | null;
}
function exported(): Record<string, Exported> {
  const lines = command('export', ['series'], database).stdout.trim().split('\n');
  return Object.fromEntries(lines.map((line) => JSON.parse(line) as Exported).map((one) => [one.title, one]));
}
const statuses = () => Object.fromEntries(Object.values(exported()).map(({ title, status }) => [title, status]));

beforeAll(() => {
  const box = join(folder.path, 'pets.mbox');
  writeFileSync(
    box,
    MAILS.map((text) => `From mboxrd@z Thu Jan  1 00:00:00 1970\n${text.replace(/^(>*From )/gm, '$1')}\n`).join(''),
  );
  ingest(database, box);
  mkdirSync(repository);
  git(['init', '-q']);
  for (const id of ['one', 'two', 'own', 'half-1', 'no'])
    git(['am', '-q'], MAILS.find((text) => text.includes(`<${id}@`)) as string);
});

describe('outcomes', () => {
  it('for people who apply their own work are unknown without a repository, and the export says why', () => {
    const found = exported();
    expect(statuses()).toEqual({
      'dogs: bark': 'applied',
      'dogs: sleep': 'applied',
      'dogs: eat': 'posted',
      'cats: purr': 'waiting for review',
      'cats: hunt': 'refused',
      'cats: swim': 'under discussion',
      ...REVERTS,
    });
    expect(found['dogs: eat']?.outcome_unknown).toContain('keeps a tree');
    expect(found['cats: swim']?.outcome_unknown).toBeNull();
    expect(found['dogs: bark']?.outcome_unknown).toBeNull();
  });

  it('a repository outranks mails: for a whole series, a part, a refused one, and one without mails', () => {
    expect(command('ingest', ['--commits', repository], database)).toMatchObject({ status: 0 });
    expect(statuses()).toEqual({
      'dogs: bark': 'merged',
      'dogs: sleep': 'merged',
      'dogs: eat': 'merged',
      'cats: purr': 'partly applied',
      'cats: hunt': 'merged',
      'cats: swim': 'under discussion',
      ...REVERTS,
    });
    expect(exported()['dogs: eat']?.outcome_unknown).toBeNull();
  });

  it('a commit that it reverts is reverted', () => {
    git(['-c', 'user.name=Kit', '-c', 'user.email=kit@example.org', 'revert', '--no-edit', 'HEAD']);
    command('ingest', ['--commits', repository], database);
    expect(statuses()['cats: hunt']).toBe('reverted');
  });

  it('its MAINTAINERS file is kept for the topics that are found', async () => {
    writeFileSync(join(repository, 'MAINTAINERS'), 'DOGS\nM:\tKit Keeper <kit@example.org>\nF:\tbark\nF:\tkennel/\n');
    git(['add', 'MAINTAINERS']);
    git(['-c', 'user.name=Kit', '-c', 'user.email=kit@example.org', 'commit', '-qm', 'MAINTAINERS: add dogs']);
    expect(command('ingest', ['--commits', repository], database)).toMatchObject({ status: 0 });
    const reader = await Reader.open(database, 1);
    const row = await reader.read((db) =>
      db.get<{ value: string }>(`SELECT value FROM meta WHERE key = 'maintainers'`),
    );
    await reader.close();
    expect(JSON.parse(row?.value ?? 'null')).toEqual([{ title: 'DOGS', files: ['bark', 'kennel'] }]);
  });
});
