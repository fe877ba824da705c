import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { gunzipSync } from 'node:zlib';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_SUBJECT, MAX_TEXT, parseMail } from '#ingest/parse/index';
import { pack } from '#ingest/pipeline/pack';
import { readHtml } from '#mail/attachment';
import { sanitizeMail } from '#mail/html';
import { toMboxrd } from '#mail/mbox';
import { MAX_MSGID, MAX_REFERENCES } from '#mail/msgid';
import { renderBody } from '#mail/render';
import type { Message } from '#mail/types';
import { generate } from '#samples/generate';
import { Random } from '#samples/random';
import { ARCHIVES, archive } from '../archives';
import { readMails } from '../blobs';
import { command, ingest, scratch } from '../command';
import { grow, mutate } from '../hostile/mutate';
import { cpuTime } from '../hostile/strings';
import { type Running, startServer } from '../server';

/** The number of mails; and below, the first seed. Longer runs use other numbers (docs/SECURITY.md). */
const MAILS = Number(process.env.THREADLINE_FUZZ_MAILS ?? 100_000);
const SEED = Number(process.env.THREADLINE_FUZZ_SEED ?? 1);
/** Whether every mail grows by nesting and repetition, instead of one in sixteen. */
const GROWING = process.env.THREADLINE_FUZZ_GROW === 'yes';
/** Mails that are really ingested. */
const INGESTED = Math.min(5000, MAILS);
/** Mails whose pages are requested. */
const SHOWN = 120;
/** The largest mail that is mutated: this test is for many mails, growth.test.ts is for long ones. */
const MAX_SEED = 10 * 1024;

/** Real mails from each archive, and synthetic ones, which are the only ones in a clone without archives. */
function seeds(): Buffer[] {
  const synthetic = [...generate({ messages: 400, seed: 1 })].map(({ raw }) => Buffer.from(raw));
  const real = ARCHIVES
    ? ['kexec', 'linux-edac', 'linux-pm'].flatMap((list) =>
        readMails(archive(list, 'git', '0.git')).flatMap(({ bytes }, n) => (n % 7 ? [] : [Buffer.from(bytes)])),
      )
    : [];
  return [...synthetic, ...real].filter(({ length }) => length <= MAX_SEED);
}

/**
 * A mail that hangs the parser hangs this thread with its timers. So another thread checks that the count increases, and otherwise ends
 * the process with the number of the mail. The limit is thousands of times the time of any mail.
 */
const WATCHDOG = `
const { workerData: { shared, seed } } = require('node:worker_threads');
const count = new Int32Array(shared);
let last = -1, silent = 0;
setInterval(() => {
  const now = Atomics.load(count, 0);
  silent = now === last ? silent + 1 : 0;
  last = now;
  if (silent < 240 || now < 0) return;
  require('node:fs').writeSync(2, 'fuzz: the mail of seed ' + (seed + now) + ' hangs\\n');
  process.kill(process.pid, 'SIGKILL');
}, 500);`;

/** Mails that are packed at a time. */
const BATCH = 64;

/** The most that a mail may cost relative to the median mail of its size. Beyond that it is measured again, and then a fault. */
const DEAREST = 400;

describe('mutated mails', () => {
  const all = seeds();
  const mailOf = (seed: number) => {
    const random = new Random(seed);
    const mail = mutate(random.pick(all), random.pick(all), random);
    return GROWING || random.below(16) === 0 ? grow(mail, random) : mail;
  };

  it(`are parsed and packed: ${MAILS} of them, none throws, hangs or breaks what is promised`, async () => {
    const shared = new SharedArrayBuffer(4);
    const count = new Int32Array(shared);
    const watchdog = new Worker(WATCHDOG, { eval: true, workerData: { shared, seed: SEED } });
    const costs = new Float64Array(MAILS);
    const notes = new Map<string, number>();
    const faults: string[] = [];
    let batch: { message: Message; raw: Buffer }[] = [];
    for (let n = 0; n < MAILS; n++) {
      Atomics.store(count, 0, n);
      const raw = mailOf(SEED + n);
      const start = cpuTime();
      const message = await read(raw, n).catch((error) => expect.fail(`seed ${SEED + n}: ${error.stack}`));
      costs[n] = (cpuTime() - start) / (2048 + raw.length);
      batch.push({ message, raw });
      // One compressor for many mails, as in ingest. A mail that cannot be packed is then known only by its batch.
      if (batch.length === BATCH || n === MAILS - 1) {
        const begin = cpuTime();
        expect(pack(batch).messages.length, `the mails up to seed ${SEED + n}`).toBe(batch.length);
        const each = (cpuTime() - begin) / batch.reduce((sum, one) => sum + 2048 + one.raw.length, 0);
        for (let back = 0; back < batch.length; back++) costs[n - back] = (costs[n - back] as number) + each;
        batch = [];
      }
      const fault = faultOf(message);
      if (fault && faults.length < 20) faults.push(`seed ${SEED + n}: ${fault}`);
      for (const note of message.notes) {
        const kind = note.replace(/\d+/g, 'N').replace(/\(.*\)/, '(...)');
        notes.set(kind, (notes.get(kind) ?? 0) + 1);
      }
    }
    Atomics.store(count, 0, -1);
    await watchdog.terminate();
    const median = costs.toSorted()[MAILS >> 1] ?? 1;
    const dear: string[] = [];
    for (let n = 0; n < MAILS; n++) {
      if ((costs[n] as number) < DEAREST * median) continue;
      const raw = mailOf(SEED + n);
      let least = Number.POSITIVE_INFINITY;
      for (let again = 0; again < 3; again++) {
        const start = cpuTime();
        pack([{ message: await read(raw, n), raw }]);
        least = Math.min(least, (cpuTime() - start) / (2048 + raw.length));
      }
      if (least > DEAREST * median)
        dear.push(`seed ${SEED + n}: ${raw.length} bytes cost ${(least / median).toFixed(0)} medians`);
    }
    process.stderr.write(
      `fuzz: ${MAILS} mails from seed ${SEED} of ${all.length} mails; notes: ${JSON.stringify([...notes])}\n`,
    );
    expect(faults).toEqual([]);
    expect(dear).toEqual([]);
  }, 7_200_000);

  /** Does what ingest does with each mail except packing, and for some mails what a page does. */
  async function read(raw: Buffer, n: number): Promise<Message> {
    const message = await parseMail(raw, { receivedAt: n % 3 ? 1_500_000_000 : null });
    if (n % 16 === 0) renderBody(message.text, { msgid: (id) => `/r/${id}/` });
    if (n % 64 === 0) {
      const html = await readHtml(raw);
      if (html) sanitizeMail(html.html, html.images, () => '/');
    }
    return message;
  }

  /** Checks the properties that every Message must have; null if all hold. */
  function faultOf(message: Message): string | null {
    const { msgid, subject, author, text, references, sentAt, receivedAt, listIds, attachments } = message;
    if (!msgid || msgid.length > MAX_MSGID || /[\s<>\0]/.test(msgid)) return `msgid ${JSON.stringify(msgid)}`;
    if (subject.length > MAX_SUBJECT || /[\x00-\x1f\x7f]/.test(subject) || !subject.isWellFormed()) return 'subject';
    for (const { name, address } of [author, ...message.to, ...message.cc])
      if (/[\x00-\x1f\x7f]/.test(name + address) || !(name + address).isWellFormed()) return 'a name or address';
    if (text.length > MAX_TEXT || text.includes('\0') || !text.isWellFormed()) return 'text';
    if (references.length > MAX_REFERENCES || new Set(references).size !== references.length) return 'references';
    if (references.some((id) => !id || /\s/.test(id) || id === msgid)) return 'a reference';
    if (!Number.isSafeInteger(sentAt) || sentAt < 0 || (receivedAt !== null && !Number.isSafeInteger(receivedAt)))
      return 'a date';
    if (listIds.some((id) => /[\x00-\x1f]/.test(id) || !id.isWellFormed())) return 'a list id';
    if (attachments.some(({ index, size }, n) => index !== n || size < 0)) return 'attachments';
    if (attachments.some(({ name, type }) => !(name ?? '').isWellFormed() || !type.isWellFormed()))
      return 'a name of an attachment';
    return null;
  }

  describe(`through the whole ingest: ${INGESTED} of them`, () => {
    const folder = scratch();
    const database = `${folder.path}/fuzz.sqlite`;
    /** The hashes of the ingested bytes; an mbox does not record whether the last line had an end. */
    const given = new Set<string>();
    const digest = (raw: Buffer) =>
      createHash('sha256').update(raw.toString('latin1').replace(/\n+$/, '')).digest('hex');
    let server: Running;
    let msgids: string[] = [];

    beforeAll(async () => {
      const mails = Array.from({ length: INGESTED }, (_, n) => mailOf(SEED + n));
      for (const raw of mails) given.add(digest(raw));
      const mbox = `${folder.path}/fuzz.mbox`;
      writeFileSync(mbox, Buffer.concat(mails.map((raw) => toMboxrd(raw, 1_583_143_200))));
      const sum = ingest(database, mbox);
      expect(sum.read).toBe(INGESTED);
      expect(sum.stored + sum.duplicate + sum.deleted + sum.rejected).toBe(sum.read);
      expect(sum.stored).toBeGreaterThan(INGESTED * 0.8);
      server = await startServer(database);
      const exported = command('export', ['messages'], database).stdout.trimEnd().split('\n');
      expect(exported.length).toBe(sum.stored);
      const ids = exported.map((line) => JSON.parse(line).msgid as string);
      msgids = Array.from({ length: SHOWN }, (_, n) => ids[Math.floor((n * ids.length) / SHOWN)] as string);
    });

    afterAll(async () => {
      await server?.stop();
      folder.remove();
    });

    it('is verified', () => {
      const { stdout, stderr } = command('verify', [], database);
      // The bundled story quotes the synthetic list, whose mails are changed here.
      const faults = `${stdout}${stderr}`.split('\n').filter((line) => /^fault: (?!stories\/)/.test(line));
      expect(faults).toEqual([]);
      expect(`${stdout}${stderr}`).toMatch(/\d+ checks, no faults?/);
    });

    it('finds only duplicates when it is read again', () => {
      const again = ingest(database, `${folder.path}/fuzz.mbox`);
      expect(again.stored).toBe(0);
    });

    it('is shown: no page fails, raw mails are unchanged, feeds are XML', async () => {
      const parser = new XMLParser({ ignoreAttributes: false, processEntities: false });
      for (const msgid of msgids) {
        const base = `${server.base}/all/${encodeURIComponent(msgid)}/`;
        const get = async (view: string) => {
          const answer = await fetch(base + view);
          const bytes = Buffer.from(await answer.arrayBuffer());
          expect(answer.status, `${base}${view} ${bytes.subarray(0, 300)}`).toBeLessThan(500);
          return { status: answer.status, bytes };
        };
        expect((await get('')).status).toBe(200);
        expect((await get('t/')).status).toBe(200);
        expect((await get('T/')).status).toBe(200);
        await get('digest/');
        await get('html');
        await get('0-x');
        const raw = await get('raw');
        expect(given.has(digest(raw.bytes)), `${base}raw`).toBe(true);
        expect(
          gunzipSync((await get('t.mbox.gz')).bytes)
            .subarray(0, 14)
            .toString(),
        ).toBe('From mboxrd@z ');
        const feed = (await get('t.atom')).bytes.toString();
        expect(XMLValidator.validate(feed), `${base}t.atom`).toBe(true);
        expect(parser.parse(feed).feed).toBeDefined();
      }
    });

    it('is found: lists, people, searches and feeds work', async () => {
      const paths = [
        '/',
        '/all/',
        '/all/new.atom',
        '/people/',
        '/series/',
        '/mm/',
        '/topics/',
        '/api/v1/lists',
        '/search/?q=patch&sort=relevance',
        '/all/?q=kernel&x=A',
        '/search/?q=%22a+b%22+OR+f:x',
      ];
      const { lists } = (await (await fetch(`${server.base}/api/v1/lists`)).json()) as { lists: { name: string }[] };
      expect(lists.length).toBeGreaterThan(0);
      for (const { name } of lists.slice(0, 60)) paths.push(`/${encodeURIComponent(name)}/`);
      for (const path of paths) {
        const answer = await fetch(server.base + path);
        await answer.arrayBuffer();
        expect(answer.status, path).toBe(200);
      }
    });
  });
});
