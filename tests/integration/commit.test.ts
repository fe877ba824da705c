import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command, ingest, scratch } from '../command';
import { type Running, startServer } from '../server';

const OID = '1234567890abcdef1234567890abcdef12345678';
const FIX = 'fedcba0987654321fedcba0987654321fedcba09';
const folder = scratch();
const database = join(folder.path, 'a.sqlite');
let server: Running;

function mail(n: number, subject: string, body: string, more = ''): string {
  return `From u@example.org Thu Jul  1 00:00:0${n} 2021\nFrom: U ${n} <u${n}@example.org>\nList-Id: <a.example.org>\nSubject: ${subject}\nDate: Thu, 01 Jul 2021 00:00:0${n} +0000\nMessage-ID: <c-${n}@example.org>\n${more}\n${body}\n\n`;
}

const DIFF =
  '---\n a.c | 2 +-\n\ndiff --git a/a.c b/a.c\nindex 1111111..2222222 100644\n--- a/a.c\n+++ b/a.c\n@@ -1 +1 @@\n-int a;\n+int b;\n';

beforeAll(async () => {
  const box = join(folder.path, 'a.mbox');
  const mails = [
    mail(0, '[PATCH] mm: count pages twice', `Why.\n\nSigned-off-by: U 0 <u0@example.org>\n${DIFF}`),
    mail(
      1,
      'Re: [PATCH] mm: count pages twice',
      `Applied to mm-next, thanks!\n\n[1/1] mm: count pages twice\n      commit: ${OID}\n`,
      'In-Reply-To: <c-0@example.org>\n',
    ),
    mail(
      2,
      '[PATCH 5.4 1/9] mm: count pages twice',
      `commit ${OID} upstream.\n\nWhy.\n\nSigned-off-by: U 2 <u2@example.org>\n${DIFF}`,
    ),
    mail(
      3,
      '[PATCH] mm: count them once',
      `Why.\n\nFixes: 1234567890ab ("mm: count pages twice")\nCloses: https://bugzilla.kernel.org/show_bug.cgi?id=77\nSigned-off-by: U 3 <u3@example.org>\n${DIFF}`,
    ),
    mail(
      4,
      '[PATCH] Revert "mm: count pages twice"',
      `This reverts commit ${OID}.\n\nSigned-off-by: U 4 <u4@example.org>\n${DIFF}`,
    ),
    mail(
      5,
      '[PATCH] mm: of another commit',
      `Fixes: 1234567890ff ("mm: something")\nSigned-off-by: U 5 <u5@example.org>\n${DIFF}`,
    ),
    mail(
      6,
      '[PATCH AUTOSEL 4.19 1/9] mm: count pages twice',
      `commit ${OID} upstream.\n\nWhy.\n\nReported-by: syzbot+0a1b2c3d@syzkaller.appspotmail.com\nSigned-off-by: U 6 <u6@example.org>\n${DIFF}`,
    ),
    mail(
      7,
      '[PATCH 5.4 2/9] mm: count them once',
      `commit ${FIX} upstream.\n\nWhy.\n\nFixes: 1234567890ab ("mm: count pages twice")\nSigned-off-by: U 7 <u7@example.org>\n${DIFF}`,
    ),
    mail(
      8,
      'CVE-2021-98765: mm: count them once',
      `Pages were counted twice.\n\nIssue introduced in 5.1 with commit 1234567890ab and fixed in 5.13 with commit ${FIX.slice(0, 12)}\n\n#regzbot introduced: 1234567890ab\n`,
    ),
  ];
  writeFileSync(box, mails.join(''));
  ingest(database, box);
  server = await startServer(database);
});

afterAll(async () => {
  await server?.stop();
  folder.remove();
});

const found = (query: string): string[] =>
  JSON.parse(command('search', ['--json', query], database).stdout)
    .results.map(({ msgid }: { msgid: string }) => msgid)
    .sort();

describe('commits', () => {
  it.each([OID, OID.slice(0, 12), OID.slice(0, 12).toUpperCase()])(
    '/commit/%s/ says what the archive knows',
    async (oid) => {
      const page = await (await fetch(`${server.base}/commit/${oid}/`)).text();
      const section = (title: string) => page.split(`<h2>${title}</h2>`)[1]?.split('</section>')[0] ?? '';
      expect(section('The patch it comes from')).toContain('/r/c-0@example.org/');
      expect(section('The patch it comes from')).toContain('/series/');
      expect(section('Mails that say it was applied')).toContain('/r/c-1@example.org/');
      expect(section('In stable trees')).toMatch(/<b>5\.4 <\/b>.*\/r\/c-2@example\.org\//);
      expect(section('Fixed later by')).toContain('/r/c-3@example.org/');
      expect(section('Fixed later by')).not.toContain('/r/c-5@');
      expect(section('Reverted by')).toContain('/r/c-4@example.org/');
    },
  );

  it('show what is needed for a backport', async () => {
    const page = await (await fetch(`${server.base}/commit/${OID}/`)).text();
    const item = (title: string, text: string) =>
      page
        .split(`<h2>${title}</h2>`)[1]
        ?.split('</section>')[0]
        ?.split('<li>')
        .find((one) => one.includes(text)) ?? '';
    expect(page).toMatch(/In mainline, according to <a href="\/r\/c-2@example\.org\/">the copy for 5\.4/);
    // According to mails, the fix is in 5.4 but not in 4.19.
    expect(item('In stable trees', '<b>5.4 </b>')).not.toContain('no mail here');
    expect(item('In stable trees', '<b>5.4 </b>')).toContain('its copy');
    expect(item('In stable trees', '<b>4.19 </b>')).toContain('proposed');
    expect(item('In stable trees', '<b>4.19 </b>')).toMatch(
      /later fixes that no mail here shows there: .*\/r\/c-3@example\.org\//,
    );
    const fix = item('Fixed later by', '/r/c-3@example.org/');
    expect(fix).toContain(`/commit/${FIX}/`);
    expect(fix).toContain('in 5.4');
    expect(page.split('<h2>Fixed later by</h2>')[1]?.split('</section>')[0]).not.toContain('c-7@');
    expect(item('CVE numbers named with it', 'CVE-2021-98765')).toMatch(
      /Issue introduced in 5\.1 .*\/r\/c-8@example\.org\//,
    );
  });

  it('and counted beside other results', async () => {
    const page = await (await fetch(`${server.base}/search/?q=count`)).text();
    const facet = page.split('<h2>Bugs</h2>')[1]?.split('</section>')[0] ?? '';
    expect(facet).toMatch(/has%3Afixes"><bdi>have a Fixes: trailer<\/bdi><\/a> <small>2<\/small>/);
    expect(facet).toMatch(/has%3Acve/);
  });

  it('bad names get a clear answer', async () => {
    for (const [path, status] of [
      ['12345', 400],
      ['xyz', 400],
      ['ffffffffff', 404],
      ['1'.repeat(41), 400],
    ] as const)
      expect((await fetch(`${server.base}/commit/${path}/`)).status, path).toBe(status);
    expect((await fetch(`${server.base}/all/?q=commit:zz&x=A`)).status).toBe(400);
  });

  it('and bugs can be searched', () => {
    expect(found('cve:2021-98765')).toEqual(['c-8@example.org']);
    expect(found('has:cve')).toEqual(['c-8@example.org']);
    expect(found('has:regzbot')).toEqual(['c-8@example.org']);
    expect(found('regzbot:introduced')).toEqual(['c-8@example.org']);
    expect(found('syzbot:0a1b2c3d')).toEqual(['c-6@example.org']);
    expect(found('has:syzbot')).toEqual(['c-6@example.org']);
    expect(found('reported-by:syzbot')).toEqual(['c-6@example.org']);
    expect(found('bugzilla:77')).toEqual(['c-3@example.org']);
    expect(found('has:bugzilla')).toEqual(['c-3@example.org']);
    expect(found('has:fixes')).toEqual(['c-3@example.org', 'c-5@example.org', 'c-7@example.org']);
    expect(found('is:patch -has:fixes')).toEqual([0, 2, 4, 6].map((n) => `c-${n}@example.org`));
  });

  it('can be searched', () => {
    expect(found(`fixes:${OID}`)).toEqual(['c-3@example.org', 'c-7@example.org']);
    expect(found(`commit:${OID.slice(0, 10)}`)).toEqual(
      expect.arrayContaining([0, 1, 2, 3].map((n) => `c-${n}@example.org`)),
    );
    expect(found(`commit:${OID} -is:patch`)).toEqual(['c-1@example.org']);
    expect(found('closes:bugzilla.kernel.org/show_bug.cgi?id=77')).toEqual(['c-3@example.org']);
  });
});
