import { describe, expect, it } from 'vitest';
import { parseMail } from '#ingest/parse/index';
import { pack } from '#ingest/pipeline/pack';
import { sanitizeMail } from '#mail/html';
import { renderBody } from '#mail/render';
import { cpuTime, PIECES, repeated } from './strings';

const HEAD = 'From: A <a@example.org>\nMessage-ID: <a@example.org>\nDate: Mon, 2 Mar 2020 10:00:00 +0000\n';
/** Places of the hostile text in a mail. */
const PLACES: Record<string, (text: string) => string> = {
  subject: (text) => `${HEAD}Subject: ${flat(text)}\n\nx\n`,
  'patch subject': (text) => `${HEAD}Subject: [PATCH v2 1/3] ${flat(text)}x\n\nx\n`,
  from: (text) => `From: ${flat(text)}\nMessage-ID: <a@example.org>\n\nx\n`,
  'from name': (text) => `From: "${flat(text)}" <a@example.org>\n\nx\n`,
  cc: (text) => `${HEAD}Cc: x@example.org, ${flat(text)}\n\nx\n`,
  references: (text) => `${HEAD}References: ${flat(text)}\nIn-Reply-To: <${flat(text)}>\n\nx\n`,
  date: (text) => `From: a@example.org\nDate: ${flat(text)}\nReceived: x; ${flat(text)}\n\nx\n`,
  'message id': (text) => `From: a@example.org\nMessage-ID: ${flat(text)}\nList-Id: ${flat(text)}\n\nx\n`,
  'content type': (text) => `${HEAD}Content-Type: text/plain; ${flat(text)}\nContent-Disposition: ${flat(text)}\n\nx\n`,
  'multipart type': (text) => `${HEAD}Content-Type: multipart/mixed; boundary=x; ${flat(text)}\n\n--x\n\nx\n--x--\n`,
  'type alone': (text) => `${HEAD}Content-Type: ${flat(text)}\n\nx\n`,
  'transfer encoding': (text) => `${HEAD}Content-Type: text/x; a=b\nContent-Transfer-Encoding: ${flat(text)}\n\nx\n`,
  headers: (text) => `${HEAD}${text}\n\nx\n`,
  'one line': (text) => `${HEAD}Subject: x\n\n${flat(text)}x\n`,
  'line that ends in a colon': (text) => `${HEAD}Subject: x\n\n${flat(text).replace(/.{480}/gs, '$& x:\n')}\n`,
  body: (text) => `${HEAD}Subject: x\n\n${text}\n`,
  'short lines': (text) => `${HEAD}Subject: Re: x\n\n${flat(text).replace(/.{380}/gs, '$&\n')}\n`,
  quoted: (text) => `${HEAD}Subject: Re: x\n\n${text.replace(/^/gm, '> ')}\nApplied.\n`,
  patch: (text) =>
    `${HEAD}Subject: [PATCH 1/2] x\n\n---\n${text}\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n${text}`,
  'reply to a patch': (text) =>
    `${HEAD}Subject: Re: [PATCH] x\nIn-Reply-To: <b@example.org>\n\nv2 ${flat(text)}\nReviewed-by: ${flat(text)}\nApplied to ${flat(text)}\n`,
  thanks: (text) =>
    `${HEAD}Subject: Re: [PATCH] x\nIn-Reply-To: <b@example.org>\n\nApplied, thanks!\n\n[1/1] ${flat(text)}\n      commit: 0123456789ab\n[${flat(text)}\n  - [${flat(text)}\n`,
  announcement: (text) => `${HEAD}Subject: 2.6.9-mm1\n\n- x: ${text}\nChanges since 2.6.9-rc4-mm1:\n\n${text}\n`,
  'base64 body': (text) => `${HEAD}Content-Transfer-Encoding: base64\n\n${text}\n`,
  'quoted-printable body': (text) => `${HEAD}Content-Transfer-Encoding: quoted-printable\n\n${text}\n`,
  'flowed body': (text) => `${HEAD}Content-Type: text/plain; format=flowed\n\n${text}\n`,
  html: (text) => `${HEAD}Content-Type: text/html\n\n<p>${text}\n`,
  multipart: (text) =>
    `${HEAD}Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain; ${flat(text.slice(0, 4000))}\n\n${text}\n--x\nContent-Type: text/html\n\n${text}\n--x--\n`,
};

const flat = (text: string) => text.replace(/[\r\n]+/g, ' ');

/** Everything that ingest and a page do with a mail. */
async function work(mail: string): Promise<void> {
  const raw = Buffer.from(mail);
  const message = await parseMail(raw, { receivedAt: null });
  pack([{ message, raw }]);
  renderBody(message.text, { msgid: (id) => `/r/${id}/` });
  if (/html/.test(mail.slice(0, 1000))) sanitizeMail(mail, [], () => '/');
}

async function cost(mail: string): Promise<number> {
  const start = cpuTime();
  await work(mail);
  return cpuTime() - start;
}

/** The least time of several runs, without garbage collection and other programs. */
async function least(mail: string, runs: number): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let n = 0; n < runs; n++) best = Math.min(best, await cost(mail));
  return best;
}

const WORDS = 'The quick brown fox jumps over the lazy dog, and he wrote it down.\n';
const SIZE = 16_384;
/** Hostile text that costs at most this many times as much as plain words is not examined further. */
const HARMLESS = 25;
/** How much more four times the text may cost: 4 is linear, 16 is quadratic. Sorting, hashing and garbage collection are in between. */
const GROWTH = 9;
/** The most that a text may cost in total, relative to plain words. */
const DEAREST = 600;
/** Text before and after the repeated piece: a match that nearly succeeds takes longest. */
const AFFIXES: [string, string][] = process.env.THREADLINE_TEST_ALL
  ? [
      ['', ''],
      ['x', 'x'],
      ['"', 'x'],
      ['<', '>'],
      ['[', ']'],
      ['(', ')'],
      [' ', ':'],
    ]
  : [
      ['', ''],
      ['<', ' x'],
    ];

/** Ratios, never times: the same work on texts of growing length, and on plain words of the same length. */
describe('the cost of a mail is linear in its length for any text', () => {
  it.each(Object.entries(PLACES))('%s', async (place, mailOf) => {
    await cost(mailOf(repeated(WORDS, SIZE)));
    const plain = Math.max(1, await least(mailOf(repeated(WORDS, SIZE)), 3));
    const faults: string[] = [];
    for (const piece of PIECES)
      for (const [before, after] of AFFIXES) {
        const of = (size: number) => mailOf(repeated(piece, size, before, after));
        if ((await cost(of(SIZE))) < HARMLESS * plain) continue;
        const one = await least(of(SIZE), 2);
        if (one < HARMLESS * plain) continue;
        const four = await least(of(4 * SIZE), 2);
        const isDear = one > DEAREST * plain || four > 4 * DEAREST * plain;
        const sixteen = !isDear && four > GROWTH * one ? await cost(of(16 * SIZE)) : 0;
        if (isDear || sixteen > GROWTH * four)
          faults.push(
            `${place}: ${JSON.stringify([before, piece, after])} costs ${[plain, one, four, sixteen].map((ms) => ms.toFixed(1)).join(', ')} ms`,
          );
      }
    expect(faults).toEqual([]);
  });
});
