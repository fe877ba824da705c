import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command, ingest, scratch } from '../command';
import { type Running, startServer } from '../server';
import { twoVersions } from '../twoversions';

const folder = scratch();
let server: Running;
let work: ReturnType<typeof twoVersions>;
/** The mails of the mbox by Message-ID, in its order. */
let mails: Map<string, string>;

beforeAll(async () => {
  work = twoVersions(`${folder.path}/work`);
  writeFileSync(`${folder.path}/revised.mbox`, work.mbox);
  const database = `${folder.path}/t.sqlite`;
  ingest(database, `${folder.path}/revised.mbox`);
  // liblore takes the time that /manifest.js.gz needs.
  expect(command('mirror', [], database)).toMatchObject({ status: 0 });
  server = await startServer(database);
  mails = mailsIn(work.mbox);
});
afterAll(async () => {
  await server?.stop();
  folder.remove();
});

function mailsIn(mbox: string): Map<string, string> {
  const parts = mbox.split(/^From .*\n/m).filter((part) => part.trim());
  return new Map(parts.map((part) => [/^Message-I[Dd]: <([^>]+)>/m.exec(part)?.[1] ?? '', part.trim()]));
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  bytes: Buffer;
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** A request as liblore 0.8.2 in b4 0.16.0 sends it by python3-requests: its headers, one connection, no type of the body. */
function send(method: string, path: string, body?: string): Promise<Answer> {
  return new Promise((done, fail) => {
    const headers = {
      'User-Agent': 'b4/0.16.0',
      'Accept-Encoding': 'gzip, deflate',
      Accept: '*/*',
      Connection: 'keep-alive',
      ...(body === undefined ? {} : { 'Content-Length': body.length }),
    };
    const asked = request(server.base + path, { method, headers, agent }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () =>
        done({ status: answer.statusCode ?? 0, headers: answer.headers, bytes: Buffer.concat(parts) }),
      );
    });
    asked.on('error', fail);
    asked.end(body);
  });
}

/** What python3-requests takes for the content: a transfer's compression is undone, and liblore's gunzip must find one left. */
function mboxIn({ status, headers, bytes }: Answer): string[] {
  expect(status).toBe(200);
  const content = headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
  const box = gunzipSync(content).toString();
  expect(box).toMatch(/^From /);
  const found = mailsIn(box);
  for (const [id, text] of found) expect(text.split('\n\n').slice(1).join('\n\n').trim()).toBe(bodyOf(id));
  return [...found.keys()];
}

const bodyOf = (id: string) => mails.get(id)?.split('\n\n').slice(1).join('\n\n').trim();
const plus = (text: string) => encodeURIComponent(text).replace(/%20/g, '+');
const newestIds = () => [...mails.keys()].slice(3);

/** Recorded on 2026-11-29 from the clients themselves. */
describe('what liblore and b4 dig ask', () => {
  it('is there an archive, and how far away', async () => {
    expect(await send('HEAD', '/all/_/text/help/')).toMatchObject({ status: 200, bytes: Buffer.alloc(0) });
    expect((await send('HEAD', '/manifest.js.gz')).status).toBeLessThan(400);
  });

  it('a thread and a mail by Message-ID', async () => {
    const id = plus(work.newest);
    const ids = mboxIn(await send('GET', `/all/${id}/t.mbox.gz`));
    expect(ids.toSorted()).toEqual(newestIds().toSorted());
    const raw = await send('GET', `/all/${id}/raw`);
    expect(raw.status).toBe(200);
    const text = raw.headers['content-encoding'] === 'gzip' ? gunzipSync(raw.bytes) : raw.bytes;
    expect(text.toString().trim()).toBe(mails.get(work.newest));
  });

  it('where a mail is, by a HEAD of its name alone', async () => {
    let pathname = `/${plus(work.newest)}/`;
    let answer = await send('HEAD', pathname);
    for (let n = 0; n < 5 && answer.headers.location; n++) {
      pathname = new URL(answer.headers.location, server.base).pathname;
      answer = await send('HEAD', pathname);
    }
    expect([answer.status, pathname.split('/').length]).toEqual([200, 4]);
    expect(mboxIn(await send('GET', `${pathname.replace(/\/$/, '')}/t.mbox.gz`))).toHaveLength(3);
    expect((await send('GET', '/all/no%40example.org/t.mbox.gz')).status).toBe(404);
    expect((await send('HEAD', '/no%40example.org/')).status).toBe(404);
  });

  it('what a search finds: with the body x=m, whole threads', async () => {
    const patch = patchId(work.repository, 'v2');
    const query = plus(`patchid:${patch} AND d:..20240401`);
    const whole = mboxIn(await send('POST', `/all/?x=m&q=${query}`, 'x=m'));
    expect(whole.toSorted()).toEqual(newestIds().toSorted());
    expect(mboxIn(await send('POST', `/all/?x=m&t=1&q=${query}`, 'x=m')).toSorted()).toEqual(whole.toSorted());
    expect((await send('POST', `/all/?x=m&q=${plus(`patchid:${patch} AND d:..20240101`)}`, 'x=m')).status).toBe(404);
    const change = plus('nq:"change-id:20240301-stop-0123456789ab"');
    expect(mboxIn(await send('POST', `/all/?x=m&q=${change}`, 'x=m'))).toHaveLength(6);
    const fields = plus('(s:"example: Say what follows" AND f:"ada@example.org" AND d:..20240401)');
    expect(mboxIn(await send('POST', `/all/?x=m&q=${fields}`, 'x=m')).length).toBeGreaterThan(2);
  });

  it("what came in a mail's thread since a moment: with an empty body, those mails alone", async () => {
    const id = plus(work.newest);
    for (const since of ['dt:20240101000000..', `rt:${Date.parse('2024-01-01T00:00:00Z') / 1000}..`])
      expect(mboxIn(await send('POST', `/all/${id}/?x=m&q=${plus(since)}`, '')).toSorted()).toEqual(
        newestIds().toSorted(),
      );
    expect((await send('POST', `/all/${id}/?x=m&q=${plus('dt:20300101000000..')}`, '')).status).toBe(404);
  });
});

function patchId(repository: string, commit: string): string {
  const env = { ...process.env, HOME: folder.path };
  const shown = spawnSync('git', ['show', commit], { cwd: repository, env });
  const id = spawnSync('git', ['patch-id', '--stable'], {
    cwd: repository,
    env,
    input: shown.stdout,
    encoding: 'utf8',
  });
  return id.stdout.slice(0, 40);
}

/**
 * Debian 12 has neither liblore nor a b4 with `dig`. Both run on its Python: unpack python3-liblore, b4, patatt and ezgb of Debian sid
 * (`apt-get download`, `dpkg -x`) and name the folder in THREADLINE_LIBLORE.
 */
const DEBIANS = '/usr/bin/python3';
const root = process.env.THREADLINE_LIBLORE ?? '/';
const PYTHON = { PYTHONPATH: join(root, 'usr/lib/python3/dist-packages') };
const installed = spawnSync(DEBIANS, ['-c', 'import liblore'], { env: { ...process.env, ...PYTHON } }).status === 0;
if (!installed && process.env.THREADLINE_REQUIRE?.includes('liblore'))
  throw new Error('liblore is required here (THREADLINE_REQUIRE)');

const SCRIPT = `
import sys, datetime, liblore
base, msgid, patch = sys.argv[1:4]
with liblore.LoreNode(base + '/all') as node:
    node.validate()
    print(node.probe_origins(nocache=True)[0][1] < 60)
    print(len(node.get_thread_by_msgid(msgid)))
    print(len(node.get_thread_by_msgid(msgid, since='20240101000000')))
    print(len(node.get_thread_updates_since(msgid, datetime.datetime(2024, 1, 1))))
    print(len(node.get_thread_by_query('patchid:' + patch)))
    print(node.get_message_by_msgid(msgid).decode().count('change-id'))
with liblore.LoreNode(base) as node:
    print(len(node.get_thread_by_msgid(msgid)))
`;

describe.skipIf(!installed)('liblore and b4 dig themselves', () => {
  const env = () => ({
    ...process.env,
    ...PYTHON,
    HOME: folder.path,
    XDG_DATA_HOME: folder.path,
    XDG_CACHE_HOME: folder.path,
  });

  it('liblore has its answers', () => {
    const args = ['-c', SCRIPT, server.base, work.newest, patchId(work.repository, 'v2')];
    const ran = spawnSync(DEBIANS, args, { env: env(), encoding: 'utf8' });
    expect(ran.stdout.split('\n').slice(0, -1), ran.stderr).toEqual(['True', '3', '3', '3', '3', '1', '3']);
  });

  it('b4 dig finds where a commit comes from', () => {
    writeFileSync(
      `${folder.path}/.gitconfig`,
      `[b4]\n\tmidmask = ${server.base}/all/%s\n[user]\n\tname = T\n\temail = t@example.org\n`,
    );
    const args = [join(root, 'usr/bin/b4'), 'dig', '-c', 'v2'];
    const ran = spawnSync(DEBIANS, args, { env: env(), cwd: work.repository, encoding: 'utf8' });
    expect(ran.status, ran.stdout + ran.stderr).toBe(0);
    expect(ran.stdout + ran.stderr).toMatch(
      /Found matching series by patch-id[\s\S]*\[PATCH v2 2\/2\] example: Say what follows/,
    );
  });
});
