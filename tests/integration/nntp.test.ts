import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../bench/process';
import { command, ingest, scratch } from '../command';
import { newsTalk } from '../news';
import { type Running, startServer } from '../server';

const folder = scratch();
const database = `${folder.path}/news.sqlite`;
let server: Running;
let port = 0;

beforeAll(async () => {
  ingest(database, sample());
  port = await freePort();
  server = await startServer(database, { THREADLINE_NNTP: String(port) });
});
afterAll(async () => {
  await server?.stop();
  folder.remove();
});

function sample(): string {
  const made = command('sample', ['--messages', '450', '--seed', '3'], database);
  const path = `${folder.path}/news.mbox`;
  spawnSync('sh', ['-c', 'cat > "$0"', path], { input: made.stdout });
  return path;
}

const talk = (...lines: string[]) => newsTalk(port, ...lines);

describe('newsgroups', () => {
  it('number each list’s mails from 1, and serve each by number and by Message-ID', async () => {
    const listed = [...(await talk('LIST')).matchAll(/\n(\S+) (\d+) 1 n\r/g)];
    const groups = listed.map(([, name = '', last]) => ({ name, last: Number(last) }));
    expect(groups.reduce((sum, { last }) => sum + last, 0)).toBeGreaterThanOrEqual(440);
    const { name = '', last = 0 } = groups.sort((a, b) => b.last - a.last)[0] ?? {};
    // More than one batch of rows.
    expect(last).toBeGreaterThan(200);
    const said = await talk(`LISTGROUP ${name}`, 'OVER 1-', 'ARTICLE 3', 'NEXT', 'LAST', 'STAT 9999', 'HDR :bytes 1-3');
    expect(said).toContain(`211 ${last} 1 ${last} ${name} list follows\r\n1\r\n2\r\n`);
    expect(said.match(/^\d+\t[^\r\n]*\tXref: localhost(?: \S+:\d+)+\r$/gm)).toHaveLength(last);
    const [, msgid = ''] = /\r\n220 3 (<[^>]+>)/.exec(said) ?? [];
    expect(said).toMatch(new RegExp(`\r\nMessage-ID: ${msgid.replace(/[.+]/g, '\\$&')}\r\n`));
    expect(said).toMatch(/\r\n223 4 <[^>]+>.*\r\n223 3 </);
    expect(said).toContain('\r\n423 ');
    expect(await talk(`STAT ${msgid}`)).toContain(`223 0 ${msgid}`);
    expect(await talk('NEWNEWS * 19700101 000000 GMT')).toContain(`\r\n${msgid}\r\n`);
  });

  it('answer wrong commands with an error, and continue', async () => {
    const said = await talk(
      'GROUP none',
      'OVER 1-2',
      'x'.repeat(600),
      'FROB',
      'OVER 1-x',
      'HDR',
      'NEWNEWS * 1 2',
      'POST',
      'DATE',
    );
    for (const code of ['411', '412', '501', '500', '440', '111']) expect(said).toContain(`\r\n${code} `);
  });

  it('are counted', async () => {
    await talk('DATE');
    expect(await (await fetch(`${server.base}/metrics`)).text()).toMatch(
      /threadline_nntp_commands_total\{command="DATE",status="111"\} \d/,
    );
  });
});

const python = spawnSync('python3', ['-W', 'ignore', '-c', 'import nntplib']).status === 0;
describe.skipIf(!python)('Python’s nntplib', () => {
  it('reads overviews and articles', () => {
    const script = `
import nntplib, sys
s = nntplib.NNTP('127.0.0.1', ${port}, timeout=30)
name = s.list()[1][0].group
_, count, first, last, _ = s.group(name)
print(count == len(s.over((first, last))[1]), len(s.article(str(last))[1].lines) > 5, s.quit()[:3])`;
    const ran = spawnSync('python3', ['-W', 'ignore', '-c', script], { encoding: 'utf8' });
    expect(ran.stdout + ran.stderr).toBe('True True 205\n');
  });
});
