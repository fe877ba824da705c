import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ingest, scratch } from '../command';
import { type Running, startServer } from '../server';

const folder = scratch();
const database = `${folder.path}/t.sqlite`;
let server: Running;
const PATCHES = 100;

/** Two versions of 100 patches with the same titles and no common line: the most expensive case for a range diff. */
function series(version: number): string[] {
  const prefix = version > 1 ? ` v${version}` : '';
  return Array.from({ length: PATCHES }, (_, n) => {
    const lines = Array.from(
      { length: 1400 },
      (_, k) => `+line ${(k * 7919 + n * 31 + version * 17) % 100_003} of ${version}`,
    );
    return [
      'From mboxrd@z Thu Jan  1 00:00:00 1970',
      'From: Ann Example <ann@example.org>',
      'To: large@example.org',
      `Subject: [PATCH${prefix} ${n + 1}/${PATCHES}] part ${n + 1} of the work`,
      `Message-ID: <v${version}-${n}@example.org>`,
      ...(n ? [`In-Reply-To: <v${version}-0@example.org>`] : []),
      `Date: Wed, ${27 + version} Jul 2004 10:00:${String(n % 60).padStart(2, '0')} +0000`,
      '',
      'What it does.',
      '',
      'Signed-off-by: Ann Example <ann@example.org>',
      '---',
      `diff --git a/f${n}.c b/f${n}.c`,
      'index 1111111..2222222 100644',
      `--- a/f${n}.c`,
      `+++ b/f${n}.c`,
      `@@ -1,1 +1,${lines.length + 1} @@`,
      ' here',
      ...lines,
      '',
    ].join('\n');
  });
}

function nested(): string {
  return [
    'From mboxrd@z Thu Jan  1 00:00:00 1970',
    'From: Ann Example <ann@example.org>',
    'To: large@example.org',
    'Subject: nested',
    'Message-ID: <nested@example.org>',
    'Date: Wed, 30 Jul 2004 10:00:00 +0000',
    'Content-Type: text/html',
    '',
    '<table><tr><td>'.repeat(50_000),
    '',
  ].join('\n');
}

beforeAll(async () => {
  writeFileSync(`${folder.path}/x.mbox`, [...series(1), ...series(2), nested()].join('\n'));
  ingest(database, '--list', 'large', `${folder.path}/x.mbox`);
  server = await startServer(database, { THREADLINE_LOG: 'error', THREADLINE_RATE_LIMITS: 'no' });
}, 240_000);
afterAll(async () => {
  await server?.stop();
  folder.remove();
});

/** The longest wait for a small page, requested again and again, while a large one is rendered. */
async function longestWait(busy: Promise<unknown>): Promise<number> {
  let isOver = false;
  const end = busy.finally(() => {
    isOver = true;
  });
  let longest = 0;
  while (!isOver) {
    const started = performance.now();
    await (await fetch(`${server.base}/healthz`)).arrayBuffer();
    longest = Math.max(longest, performance.now() - started);
  }
  await end;
  return longest;
}

async function diffAddress(): Promise<string> {
  const html = await (await fetch(`${server.base}/series/`)).text();
  return `${server.base}${/href="(\/series\/\d+\/)"/.exec(html)?.[1]}diff/?from=1&to=2`;
}

describe('expensive mails', () => {
  it('a range diff of two versions of 100 patches does not delay others', async () => {
    const address = await diffAddress();
    const answer = fetch(address);
    const waited = await longestWait(answer.then((one) => one.text()));
    expect((await answer).status).toBe(200);
    // Not a time limit: the page takes seconds of work, but not on the event loop.
    console.log(`longest wait beside a range diff: ${waited.toFixed(0)} ms`);
    expect(await (await fetch(address)).text()).toContain('part 100 of the work');
  });

  it('nested HTML is shown or rejected, without delaying others', async () => {
    const address = `${server.base}/large/nested%40example.org/html`;
    const answers = Array.from({ length: 5 }, () =>
      fetch(address).then(async (one) => [one.status, await one.text()] as const),
    );
    const waited = await longestWait(Promise.all(answers));
    console.log(`longest wait beside nested HTML: ${waited.toFixed(0)} ms`);
    for (const [status] of await Promise.all(answers)) expect([200, 404, 503]).toContain(status);
    expect(server.child.exitCode).toBeNull();
    expect((await fetch(`${server.base}/large/`)).status).toBe(200);
  });
});
