import { once } from 'node:events';
import { createWriteStream, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toMboxrd } from '#mail/mbox';
import { command, ingest, scratch } from '../command';
import { extremes } from '../hostile/extremes';
import { type Running, startServer } from '../server';

/** Full sizes (a line of 200 MB, a header of 100 MB, 100,000 parts) take minutes, so the default is a twentieth. */
const SCALE = process.env.THREADLINE_TEST_ALL === '1' ? 1 : 0.05;

describe('mails of extreme sizes and shapes', () => {
  const folder = scratch();
  const database = `${folder.path}/extreme.sqlite`;
  const notes: RegExp[] = [];
  let server: Running;
  let names: string[] = [];

  beforeAll(async () => {
    const mbox = `${folder.path}/extreme.mbox`;
    const out = createWriteStream(mbox);
    for (const { name, raw, note } of extremes(SCALE)) {
      names.push(name);
      notes.push(note ?? /(?:)/);
      if (!out.write(toMboxrd(raw, 1_583_143_200))) await once(out, 'drain');
    }
    out.end();
    await once(out, 'finish');
    const sum = ingest(database, mbox);
    expect(sum).toMatchObject({ read: names.length, stored: names.length, rejected: 0 });
    server = await startServer(database);
  });

  afterAll(async () => {
    await server?.stop();
    folder.remove();
  });

  it('are verified', () => expect(command('verify', [], database).stdout).toMatch(/checks, no fault/));

  it('are shown, with a note where they are cut', async () => {
    names = names.map((name, n) => `${n}: ${name}`);
    for (const [n, name] of names.entries()) {
      const path = `${server.base}/extreme/extreme-${n}@example.org/`;
      const page = await fetch(path);
      const text = await page.text();
      expect(page.status, name).toBe(200);
      // The escaped text with its markup, which is at most a few times as long.
      expect(text.length, name).toBeLessThan(40 * 1024 * 1024);
      expect(text, name).toMatch(notes[n] as RegExp);
      for (const view of ['t/', 'raw', 'html', '0-x', 't.atom', 't.mbox.gz']) {
        const answer = await fetch(path + view);
        await answer.arrayBuffer();
        expect(answer.status, `${name} ${view}`).toBeLessThan(500);
      }
    }
  });

  it('a mail that grows a thousandfold is rejected as too long, and the mails before it are kept', () => {
    const bomb = `${folder.path}/bomb.mbox.gz`;
    const mail = (id: string) =>
      toMboxrd(
        Buffer.from(`From: a@example.org\nMessage-ID: <${id}@example.org>\nList-Id: <bomb.example.org>\n\nx\n`),
        1e9,
      );
    const zeros = gzipSync(Buffer.alloc(300 * 1024 * 1024));
    writeFileSync(bomb, Buffer.concat([gzipSync(Buffer.concat([mail('before'), mail('grows')])), zeros]));
    const { status, stdout } = command('ingest', ['--json', bomb], `${folder.path}/bomb.sqlite`);
    expect(status).toBe(0);
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ read: 2, stored: 1, rejected: 1 });
  });
});

/** Threads that would take quadratic time if anything walked up from each mail, or compared all with all. */
describe('threads of hostile shapes', () => {
  const folder = scratch();
  const COUNT = process.env.THREADLINE_TEST_ALL === '1' ? 100_000 : 2500;
  const refs: Record<string, (n: number) => string> = {
    chain: (n) => (n ? `In-Reply-To: <m${n - 1}@example.org>\n` : ''),
    fan: (n) => (n ? `In-Reply-To: <m0@example.org>\n` : ''),
    loop: (n) => `References: <m${(n + 1) % COUNT}@example.org>\n`,
  };
  let server: Running;
  const database = `${folder.path}/threads.sqlite`;

  beforeAll(async () => {
    for (const [shape, refsOf] of Object.entries(refs)) {
      const mails = Array.from({ length: COUNT }, (_, n) =>
        toMboxrd(
          Buffer.from(
            `From: A${n % 50} <a${n % 50}@example.org>\nSubject: Re: x\nMessage-ID: <m${n}@example.org>\n${refsOf(n)}List-Id: <${shape}.example.org>\nDate: ${new Date(1_583_143_200_000 + n * 1000).toUTCString()}\n\n> a line that stands in every mail\n> and another\nAn answer, number ${n}.\n`.replaceAll(
              '@example.org>',
              `.${shape}@example.org>`,
            ),
          ),
          1e9,
        ),
      );
      const mbox = `${folder.path}/${shape}.mbox`;
      writeFileSync(mbox, Buffer.concat(mails));
      expect(ingest(database, mbox)).toMatchObject({ read: COUNT, stored: COUNT });
    }
    server = await startServer(database);
  });

  afterAll(async () => {
    await server?.stop();
    folder.remove();
  });

  it('are verified', () => expect(command('verify', [], database).stdout).toMatch(/checks, no fault/));

  it.each(Object.keys(refs))(
    '%s: its first, middle and last mail have pages, and its page says what is left out',
    async (shape) => {
      for (const n of [0, COUNT >> 1, COUNT - 1]) {
        const path = `${server.base}/all/m${n}.${shape}@example.org/`;
        for (const view of ['', 't/', 'T/', 'digest/', 't.atom']) {
          const answer = await fetch(path + view);
          const text = await answer.text();
          expect(answer.status, `${path}${view}`).toBe(200);
          expect(text.length).toBeLessThan(16 * 1024 * 1024);
          if (view === 't/') expect(text).toContain(`${COUNT - 2000} more messages`);
        }
      }
    },
  );
});
