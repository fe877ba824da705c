import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toMboxrd } from '#mail/mbox';
import { ARCHIVES, archive } from '../archives';
import { readMails } from '../blobs';
import { command, ingest, scratch } from '../command';
import { type Running, startServer } from '../server';
import { twoVersions } from '../twoversions';

const installed = spawnSync('b4', ['--version']).error === undefined;
if (!installed && process.env.THREADLINE_REQUIRE?.includes('b4'))
  throw new Error('THREADLINE_REQUIRE demands b4, which is not installed');

interface Series {
  revisions: { number: number; cover: string | null; patches: { msgid: string }[] }[];
}

/** The mails of an archive by Message-ID. */
function mailsOf(list: string): Map<string, Buffer> {
  const id = (bytes: Buffer) => /^Message-ID:\s*<([^>]+)>/im.exec(bytes.toString('latin1'))?.[1] ?? '';
  return new Map(readMails(archive(`${list}/git/0.git`)).map(({ bytes }) => [id(bytes), bytes]));
}

/** The Message-IDs of mboxes, sorted. */
function idsOf(files: Map<string, string>): string[] {
  const ids = [...files.values()].flatMap((text) => [...text.matchAll(/^Message-ID:\s*<([^>]+)>/gim)]);
  return ids.map((found) => found[1] ?? '').sort();
}

describe.skipIf(ARCHIVES === null || !installed)("lore's clients", () => {
  const folder = scratch();
  let server: Running;
  let series: Series[];
  let revised: ReturnType<typeof twoVersions>;

  beforeAll(async () => {
    const database = `${folder.path}/t.sqlite`;
    revised = twoVersions(`${folder.path}/work`);
    writeFileSync(`${folder.path}/revised.mbox`, revised.mbox);
    ingest(database, archive('kexec'), archive('linux-edac'), `${folder.path}/revised.mbox`);
    server = await startServer(database);
    writeFileSync(
      `${folder.path}/.gitconfig`,
      `[b4]\n\tmidmask = ${server.base}/all/%s\n\tsearchmask = ${server.base}/all/?x=m&t=1&q=%s\n\tattestation-policy = off\n[user]\n\tname = T\n\temail = t@example.org\n`,
    );
    series = command('export', ['series'], database)
      .stdout.trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  });
  afterAll(async () => {
    await server?.stop();
    folder.remove();
  });

  function b4(
    name: string,
    args: string[],
    input = '',
  ): { status: number | null; said: string; files: Map<string, string> } {
    const out = `${folder.path}/${name}`;
    mkdirSync(out);
    const env = { ...process.env, HOME: folder.path, XDG_DATA_HOME: `${out}/.data`, XDG_CACHE_HOME: `${out}/.cache` };
    const ran = spawnSync('b4', [...args, '-o', args[0] === 'diff' ? `${out}/DIFF` : out], {
      cwd: out,
      env,
      encoding: 'latin1',
      input,
    });
    const files = readdirSync(out).filter((file) => !file.startsWith('.'));
    return {
      status: ran.status,
      said: ran.stderr,
      files: new Map(files.map((file) => [file, readFileSync(`${out}/${file}`, 'latin1')])),
    };
  }

  it("b4 am gives the same series from the server as from the archive's own mails", () => {
    const threads = command('export', ['threads'], `${folder.path}/t.sqlite`)
      .stdout.trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { root: string; messages: string[] });
    const begun = new Set(
      series.flatMap(({ revisions }) =>
        revisions.filter(({ patches }) => patches.length > 2).map(({ cover }) => cover),
      ),
    );
    const whole = threads.filter(({ root }) => begun.has(root));
    for (const list of ['kexec', 'linux-edac']) {
      const mails = mailsOf(list);
      const here = whole.filter(({ messages }) => messages.every((msgid) => mails.has(msgid)));
      expect(here.length).toBeGreaterThan(6);
      compare(list, mails, here.slice(0, 6));
    }
  });

  /** Compares b4's results for threads from the server and from the archive's mails. */
  function compare(list: string, mails: Map<string, Buffer>, whole: { root: string; messages: string[] }[]): void {
    for (const [n, { root, messages }] of whole.entries()) {
      const mbox = Buffer.concat(messages.map((msgid) => toMboxrd(mails.get(msgid) ?? Buffer.alloc(0), 0))).toString(
        'latin1',
      );
      for (const command of ['am', 'mbox']) {
        const [online, local] = [
          b4(`${list}-${command}${n}`, [command, root]),
          b4(`${list}-${command}-local${n}`, [command, '-m', '-'], mbox),
        ];
        expect(online.status, online.said).toBe(0);
        expect(local.status, local.said).toBe(0);
        expect(online.files.size).toBeGreaterThan(0);
        if (command === 'am') expect([...online.files]).toEqual([...local.files]);
        else expect(idsOf(online.files)).toEqual(idsOf(local.files));
      }
    }
  }

  it('b4 diff finds the previous version, and shows the same as git range-diff', () => {
    const { status, said, files } = b4('diff', ['diff', revised.newest, '-g', revised.repository]);
    expect(status, said).toBe(0);
    const shown = files.get('DIFF') ?? '';
    expect(shown).toContain('Add a way to stop');
    expect(shown).toMatch(/^ {4}\+\+return 2;|\+\+\treturn 2;/m);
  });

  it('b4 shazam applies the newest version, ty thanks for it, and dig finds the origin of a commit', () => {
    const { repository, newest } = revised;
    const run = (program: string, ...args: string[]) => {
      const env = {
        ...process.env,
        HOME: folder.path,
        XDG_DATA_HOME: `${folder.path}/.data`,
        XDG_CACHE_HOME: folder.path,
      };
      const ran = spawnSync(program, args, { cwd: repository, encoding: 'utf8', env });
      expect(ran.status, ran.stdout + ran.stderr).toBe(0);
      return ran.stdout + ran.stderr;
    };
    run('git', 'checkout', '-qB', 'taken', 'base');
    run('b4', 'shazam', newest);
    expect(run('git', 'log', '--format=%s', 'base..taken')).toBe(
      'example: Say what follows\nexample: Add a way to stop\n',
    );
    mkdirSync(`${folder.path}/thanks`);
    run('b4', 'ty', '-t', 'all', '-b', 'taken', '-o', `${folder.path}/thanks`);
    const [thanks = ''] = readdirSync(`${folder.path}/thanks`);
    const mail = readFileSync(`${folder.path}/thanks/${thanks}`, 'utf8');
    expect(mail).toContain(`In-Reply-To: <${newest}>`);
    expect(mail).toMatch(/^\[1\/2\] example: Add a way to stop\n {6}commit: [0-9a-f]{40}$/m);
    // Since 0.13.
    if (spawnSync('b4', ['dig', '--help']).status === 0)
      expect(run('b4', 'dig', '-c', 'taken')).toMatch(/\[PATCH v2 2\/2\] example: Say what follows\s+http/);
  });

  it('b4 am -c finds the newer revision through the search', () => {
    const old = series.filter(({ revisions }) => {
      const numbers = revisions.map(({ number }) => number);
      return Math.max(...numbers) > Math.min(...numbers) && (revisions[0]?.patches.length ?? 0) >= 2;
    });
    const said = old
      .slice(0, 4)
      .map(({ revisions }, n) => b4(`newer${n}`, ['am', '-c', revisions[0]?.patches[0]?.msgid ?? '']).said);
    expect(said.filter((text) => /latest revision: v|Added from v/.test(text)).length).toBeGreaterThan(0);
  });

  it('feeds are well-formed Atom, and name the parent of each message', async () => {
    const msgid = encodeURIComponent(
      series.find(({ revisions }) => (revisions[0]?.patches.length ?? 0) > 2)?.revisions[0]?.patches[1]?.msgid ?? '',
    );
    for (const path of ['/kexec/new.atom', `/kexec/${msgid}/t.atom`, '/all/?q=kdump&x=A']) {
      const text = await (await fetch(server.base + path)).text();
      expect(XMLValidator.validate(text), path).toBe(true);
      const { feed } = new XMLParser({ ignoreAttributes: false }).parse(text);
      expect(feed.id).toBe(server.base + path);
      expect(feed['@_xmlns:thr']).toBe('http://purl.org/syndication/thread/1.0');
      const entries = [feed.entry].flat();
      expect(entries.length, path).toBeGreaterThan(1);
      for (const entry of entries) {
        expect(entry.id).toMatch(/\/r\/.+\/$/);
        expect(Number.isNaN(Date.parse(entry.updated))).toBe(false);
        expect(entry.author?.name ?? entry.author?.[0]?.name).toBeTruthy();
      }
      expect(entries.some((entry) => entry['thr:in-reply-to'])).toBe(true);
    }
  });

  it('a POST of ?q=...&x=m returns the results as mboxrd', async () => {
    const answer = await fetch(`${server.base}/kexec/?q=s:kdump+f:redhat.com&x=m`, { method: 'POST' });
    expect(answer.headers.get('content-type')).toBe('application/gzip');
    const mbox = gunzipSync(Buffer.from(await answer.arrayBuffer())).toString('latin1');
    expect(mbox.match(/^From mboxrd@z /gm)?.length).toBeGreaterThan(10);
    expect((await fetch(`${server.base}/kexec/?q=zzqxnosuchword&x=m`, { method: 'POST' })).status).toBe(404);
  });
});
