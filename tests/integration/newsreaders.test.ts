import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../bench/process';
import { ARCHIVES, archive } from '../archives';
import { command, ingest, scratch } from '../command';
import { PublicInbox, publicInboxInstalled } from '../publicinbox';
import { type Running, startServer } from '../server';

const GROUP = 'org.infradead.lists.kexec';
const FEW = 12;
const folder = scratch();
let server: Running;
let theirs: ChildProcess;
const ports = { ours: 0, theirs: 0 };

/** Sends commands one after another, each when the answer to the previous one is complete; resolves to all answers. */
function talk(port: number, lines: string[]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(port, '127.0.0.1');
    const answers: string[] = [];
    let said = '';
    socket.setEncoding('latin1');
    socket.on('data', (part) => {
      said += part;
      const isBlock = /^(?:211 \d+ \d+ \d+ \S+ list|220 )/i.test(said);
      if (!said.endsWith(isBlock ? '\r\n.\r\n' : '\r\n')) return;
      answers.push(said);
      said = '';
      const next = lines[answers.length - 1];
      if (next === undefined) socket.end();
      else socket.write(`${next}\r\n`);
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(answers));
  });
}

const mail = (n: number) =>
  `From u@example.org Thu Jan  1 00:00:00 2004\nFrom: U <u@example.org>\nList-Id: <few.example.org>\nSubject: word ${n}\n` +
  `Date: Thu, 01 Jan 2004 00:00:${10 + n} +0000\nMessage-ID: <few-${n}@example.org>\n\nalpha ${n}\n\n`;

/** Runs a program on a terminal. Sends each step's keys when the screen shows what the step waits for. Resolves to the screen's text. */
function onTerminal(line: string, env: Record<string, string>, steps: [RegExp, string][]): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn('script', ['-qec', line, '/dev/null'], {
      env: { ...process.env, ...env, TERM: 'vt100', LC_ALL: 'C.UTF-8' },
    });
    const patience = setTimeout(() => child.kill(), 60_000);
    let said = '';
    let from = 0;
    child.stdout.on('data', (part: Buffer) => {
      said += part.toString('latin1');
      const [wanted, keys] = steps[0] ?? [];
      if (!wanted?.test(said.slice(from))) return;
      steps.shift();
      from = said.length;
      child.stdin.write(keys);
    });
    child.stdin.on('error', () => {});
    child.on('close', () => {
      clearTimeout(patience);
      resolve(said);
    });
  });
}

const ADDED = /^(?:Path|Newsgroups|Xref): .*\r\n(?:[ \t].*\r\n)*/gim;

/** The articles of the group by Message-ID, without the headers that a news server adds. */
async function articlesOf(port: number): Promise<Map<string, string>> {
  const [, listed = ''] = await talk(port, [`LISTGROUP ${GROUP}`]);
  const numbers = listed.split('\r\n').filter((line) => /^\d+$/.test(line));
  const found = new Map<string, string>();
  for (const answer of await talk(port, [`GROUP ${GROUP}`, ...numbers.map((number) => `ARTICLE ${number}`)])) {
    const [, msgid = '', text = ''] = /^220 \d+ (<[^>]+>)[^\r]*\r\n([\s\S]*)\.\r\n$/.exec(answer) ?? [];
    const end = text.indexOf('\r\n\r\n') + 2;
    if (msgid) found.set(msgid, text.slice(0, end).replace(ADDED, '') + text.slice(end));
  }
  return found;
}

const ready = async (port: number) => {
  for (let tries = 0; tries < 200; tries++) {
    if ((await talk(port, []).catch(() => [])).length) return;
    await new Promise((later) => setTimeout(later, 50));
  }
  throw new Error('public-inbox-nntpd does not answer');
};

describe.skipIf(!ARCHIVES || !publicInboxInstalled)('a list as a newsgroup, beside public-inbox-nntpd', () => {
  beforeAll(async () => {
    const inbox = await PublicInbox.in(join(folder.path, 'pi'));
    const path = inbox.path('kexec');
    cpSync(archive('kexec'), path, { recursive: true });
    spawnSync('chmod', ['-R', 'u+w', path]);
    inbox.run('public-inbox-init', [
      '-V2',
      '-L',
      'basic',
      '--newsgroup',
      GROUP,
      'kexec',
      path,
      inbox.base,
      'kexec@example.org',
    ]);
    inbox.run('public-inbox-index', ['-L', 'basic', path]);
    ports.theirs = await freePort();
    theirs = spawn('public-inbox-nntpd', ['-l', `nntp://127.0.0.1:${ports.theirs}`, '-W0'], {
      env: { ...process.env, HOME: inbox.folder, PI_CONFIG: join(inbox.folder, 'config') },
      stdio: 'ignore',
    });
    const database = join(folder.path, 'a.sqlite');
    writeFileSync(join(folder.path, 'few.mbox'), Array.from({ length: FEW }, (_, n) => mail(n)).join(''));
    ingest(database, archive('kexec'), join(folder.path, 'few.mbox'));
    command('mirror', [], database);
    ports.ours = await freePort();
    server = await startServer(database, { THREADLINE_NNTP: String(ports.ours) });
    await ready(ports.theirs);
  }, 300_000);

  afterAll(async () => {
    theirs?.kill();
    await server?.stop();
    folder.remove();
  });

  it('serves the same articles, byte for byte', { timeout: 120_000 }, async () => {
    const [ours, others] = [await articlesOf(ports.ours), await articlesOf(ports.theirs)];
    expect(ours.size).toBeGreaterThan(2300);
    expect([...ours.keys()].sort()).toEqual([...others.keys()].sort());
    expect([...ours].filter(([msgid, text]) => others.get(msgid) !== text).map(([msgid]) => msgid)).toEqual([]);
  });

  it('is named in the configuration of a mirror', async () => {
    const text = await (await fetch(`${server.base}/kexec/_/text/config/raw`)).text();
    expect(text).toContain(`newsgroup = ${GROUP}\n`);
  });

  it.skipIf(spawnSync('tin', ['-V']).error)('tin saves its new articles', { timeout: 120_000 }, async () => {
    const home = join(folder.path, 'tin');
    mkdirSync(home);
    writeFileSync(join(home, '.newsrc'), `${GROUP}: 1-2300\n`);
    const env = { ...process.env, HOME: home, NNTPSERVER: '127.0.0.1', TERM: 'vt100', LC_ALL: 'C.UTF-8' };
    const ran = spawnSync(
      'tin',
      ['-r', '-g', '127.0.0.1', '-p', String(ports.ours), '-Q', '-S', '-s', join(home, 'News')],
      {
        env,
        encoding: 'utf8',
        timeout: 60_000,
      },
    );
    const saved = existsSync(join(home, 'News'))
      ? readdirSync(join(home, 'News'), { recursive: true, encoding: 'utf8' })
      : [];
    const files = saved.filter((name) => /\/\d+$/.test(name));
    expect(files.length, ran.stdout + ran.stderr).toBeGreaterThan(20);
    expect(readFileSync(join(home, 'News', files[0] as string), 'latin1')).toMatch(/^Message-ID: </im);
  });

  it.skipIf(spawnSync('slrn', ['--version']).error)(
    'slrn reads overviews and saves an article',
    { timeout: 90_000 },
    async () => {
      const home = join(folder.path, 'slrn');
      mkdirSync(home);
      writeFileSync(
        join(home, '.slrnrc'),
        `set hostname "example.org"\nset username "t"\nserver "127.0.0.1:${ports.ours}" "jnewsrc"\n`,
      );
      writeFileSync(join(home, 'jnewsrc'), `${GROUP}: 1-2300\n`);
      mkdirSync(join(home, 'News'));
      const line = `cd ${home} && exec slrn -f jnewsrc -h 127.0.0.1 -p ${ports.ours} -i .slrnrc`;
      const said = await onTerminal(line, { HOME: home }, [
        [/\^R:Redraw/, '\r'],
        [/unread/, '\r'],
        [/Subject:/, 'o'],
        [/aborts\)/, `\x01\x0b${join(home, 'saved')}\r`],
        [/./, 'q'],
        [/./, 'q'],
        [/quit/, 'y'],
      ]);
      expect(said).not.toMatch(/not RFC|dropped connection/);
      expect(existsSync(join(home, 'saved')), said).toBe(true);
      expect(readFileSync(join(home, 'saved'), 'latin1')).toMatch(/^Message-ID: </im);
    },
  );

  it.skipIf(spawnSync('neomutt', ['-v']).error)('neomutt copies an article', { timeout: 90_000 }, async () => {
    const home = join(folder.path, 'mutt');
    mkdirSync(home);
    const set = [`folder=${home}`, 'nntp_context=50', 'catchup_newsgroup=no', 'mbox_type=mbox'];
    const keys = `<first-entry><copy-message><kill-line>${join(home, 'saved')}<enter>y<quit>`;
    writeFileSync(
      join(home, 'rc'),
      `set news_server="news://127.0.0.1:${ports.ours}"\nset newsrc=${join(home, 'newsrc')}\n` +
        `${set.map((one) => `set ${one}\n`).join('')}push "${keys}"\n`,
    );
    writeFileSync(join(home, 'newsrc'), `${GROUP}: 1-2300\n`);
    const line = `neomutt -n -F ${join(home, 'rc')} -f news://127.0.0.1:${ports.ours}/${GROUP}`;
    const said = await onTerminal(line, { HOME: home }, []);
    expect(existsSync(join(home, 'saved')), said).toBe(true);
    expect(readFileSync(join(home, 'saved'), 'latin1')).toMatch(/^Message-ID: </im);
  });

  it.skipIf(spawnSync('lei', ['--version']).error)(
    'lei imports a group, searches a list, and mirrors it',
    { timeout: 120_000 },
    () => {
      const home = join(folder.path, 'lei');
      mkdirSync(join(home, 'run'), { recursive: true, mode: 0o700 });
      const env = { ...process.env, HOME: home, XDG_RUNTIME_DIR: join(home, 'run'), PI_CONFIG: join(home, 'pi') };
      const lei = (...args: string[]) => {
        const ran = spawnSync('lei', args, { env, cwd: home, encoding: 'utf8' });
        expect(ran.status, ran.stderr).toBe(0);
      };
      const count = (file: string) => readFileSync(join(home, file), 'latin1').match(/^From /gm)?.length;
      try {
        lei('import', `nntp://127.0.0.1:${ports.ours}/org.example.few`);
        lei('q', '-o', 'mboxrd:imported', '--no-external', 's:word');
        expect(count('imported')).toBe(FEW);
        lei('q', '-o', 'mboxrd:found', '--only', `${server.base}/few/`, 's:word');
        expect(count('found')).toBe(FEW);
        lei('add-external', '--mirror', `${server.base}/few/`, 'mirrored');
        lei('q', '-o', 'mboxrd:mirror', '--only', join(home, 'mirrored'), 's:word');
        expect(count('mirror')).toBe(FEW);
      } finally {
        spawnSync('lei', ['daemon-kill'], { env, cwd: home });
      }
    },
  );
});
