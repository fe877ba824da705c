import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { brotliCompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Snapshot } from '#db/open';
import { readBlocks } from '#db/queries/blocks';
import { mboxrdParts, toMboxrd } from '#mail/mbox';
import { bodyOf } from '../../app/_page/large';
import { holdLarge } from '../../app/_page/memorybudget';
import { ingest, scratch } from '../command';
import { type Running, startServer } from '../server';

const MB = 1024 * 1024;

describe('memory for large mails', () => {
  it('is granted to at least one, to those that share a mail, and to small ones', () => {
    const first = holdLarge(250 * MB, 4, 'a') as () => void;
    expect([holdLarge(9 * MB, 1), holdLarge(250 * MB, 1, 'b')]).toEqual([null, null]);
    const shared = holdLarge(250 * MB, 4, 'a') as () => void;
    expect(holdLarge(8 * MB, 4)).toBeTypeOf('function');
    first();
    first();
    expect(holdLarge(9 * MB, 1)).toBe(null);
    shared();
    const [one, two] = [holdLarge(100 * MB, 1), holdLarge(100 * MB, 1)];
    expect([one, two, holdLarge(100 * MB, 1)]).toEqual([expect.any(Function), expect.any(Function), null]);
    one?.();
    two?.();
  });

  it('is released when the mail is sent, or the client disconnects', async () => {
    let released = 0;
    const buffers = [Buffer.alloc(MB, 'a'), Buffer.alloc(0), Buffer.alloc(10, 'b')];
    const body = bodyOf(buffers, () => released++);
    expect(Buffer.from(await new Response(body).arrayBuffer()).equals(Buffer.concat(buffers))).toBe(true);
    expect(released).toBe(1);
    const left = bodyOf(buffers, () => released++).getReader();
    await left.read();
    await left.cancel();
    expect(released).toBe(2);
  });
});

it('a mail in parts gives the same mbox as a whole one, without copying', () => {
  const cases = [
    ['a: b\n\n', 'From x\n>From y\nx'],
    ['a: b', ''],
    ['a: From b\nFr', 'om x\nFrom y\n'],
    ['', 'From z\n'],
  ];
  for (const parts of cases.map((texts) => texts.map((text) => Buffer.from(text))))
    expect(Buffer.concat(mboxrdParts(parts, 1e9)).toString()).toBe(toMboxrd(Buffer.concat(parts), 1e9).toString());
  const body = Buffer.alloc(MB, 'x\n');
  expect(mboxrdParts([Buffer.from('a: b\n\n'), body], 1e9)[2]?.buffer).toBe(body.buffer);
});

it('a block that several requests need at once is read once', async () => {
  let reads = 0;
  const data = brotliCompressSync(Buffer.alloc(20 * MB, 'x'));
  const db = { file: {}, version: '1', all: async () => [{ id: 7, data, n: reads++ }] } as unknown as Snapshot;
  const found = await Promise.all(Array.from({ length: 8 }, () => readBlocks(db, [7])));
  expect(new Set(found.map((blocks) => blocks.get(7))).size).toBe(1);
  expect(reads).toBe(1);
});

describe('a large mail on the server', () => {
  const folder = scratch();
  const content = randomBytes(30 * MB);
  const base64 = content.toString('base64').replace(/.{76}/g, '$&\n');
  const raw = `From: Ada <ada@example.org>\nMessage-ID: <large@example.org>\nDate: Wed, 25 Nov 2020 10:00:00 +0000\nList-Id: <large.example.org>\nSubject: Large\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nHello\n--b\nContent-Type: application/octet-stream; name=x.bin\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=x.bin\n\n${base64}\n--b--\n`;
  let server: Running;
  const url = (view: string) => `${server.base}/large/large@example.org/${view}`;
  const bytesOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer());

  beforeAll(async () => {
    writeFileSync(`${folder.path}/large.mbox`, `From mboxrd@z Thu Jan  1 00:00:00 1970\n${raw}\n`);
    expect(ingest(`${folder.path}/large.sqlite`, `${folder.path}/large.mbox`).stored).toBe(1);
    server = await startServer(`${folder.path}/large.sqlite`);
  });
  afterAll(async () => {
    await server?.stop();
    folder.remove();
  });

  it('is served raw to many at once with its length, compressed or not', async () => {
    const answers = await Promise.all(
      Array.from({ length: 4 }, async (_, n) => {
        const encoding = n === 0 ? 'gzip' : 'identity';
        const answer = await fetch(url('raw'), { headers: { 'accept-encoding': encoding } });
        const length = answer.headers.get('content-length');
        return [answer.status, length, (await bytesOf(answer)).equals(Buffer.from(raw))];
      }),
    );
    expect(answers).toEqual(answers.map((_, n) => [200, n === 0 ? null : String(raw.length), true]));
    const head = await fetch(url('raw'), { method: 'HEAD', headers: { 'accept-encoding': 'identity' } });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(raw.length)]);
  });

  it('is parsed for one request at a time; others get a time to retry', async () => {
    const answers = await Promise.all(Array.from({ length: 4 }, () => fetch(url('0-x.bin'))));
    const statuses = await Promise.all(
      answers.map(async (answer) => {
        const bytes = await bytesOf(answer);
        if (answer.status === 200) expect(bytes.equals(content)).toBe(true);
        else expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
        return answer.status;
      }),
    );
    expect(statuses.sort().slice(0, 1)).toEqual([200]);
    expect(statuses.slice(2)).toEqual([503, 503]);
    const again = await fetch(url('0-x.bin'));
    expect([again.status, (await bytesOf(again)).equals(content)]).toEqual([200, true]);
    expect(await (await fetch(`${server.base}/metrics`)).text()).toMatch(
      /refused_total\{reason="load",route="\/\[list\]\/\[msgid\]\/\[view\]"\} [23]/,
    );
    const mbox = gunzipSync(await bytesOf(await fetch(url('t.mbox.gz'))));
    expect(mbox.equals(toMboxrd(Buffer.from(raw), 1_606_298_400))).toBe(true);
  });
});
