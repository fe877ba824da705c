import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command, scratch } from '../command';
import { type Running, startServer } from '../server';

const folder = scratch();
const database = `${folder.path}/t.sqlite`;
let server: Running;
let sent = 0;

/** Sends mails a month apart; from the third on the sender is an established person. */
function send(from: string, count: number): void {
  const mails = Array.from({ length: count }, () => {
    sent++;
    const year = 2010 + Math.floor(sent / 12);
    return `From mboxrd@z Thu Jan  1 00:00:00 1970
From: ${from}
To: folk@example.org
Subject: mail ${sent}
Message-ID: <people-${sent}@example.org>
Date: ${new Date(Date.UTC(year, sent % 12, 5)).toUTCString()}

Words of mail ${sent}.
`;
  });
  const ran = command('ingest', ['--list', 'folk', '-'], database, mails.join('\n'));
  if (ran.status !== 0) throw new Error(ran.stderr);
}

const get = (path: string) => fetch(server.base + path, { redirect: 'manual' });

beforeAll(async () => {
  send('Ann Example <ann@example.org>', 12);
  send('nameless@example.org', 1);
  server = await startServer(database, { THREADLINE_MASK_ADDRESSES: 'yes' });
});
afterAll(async () => {
  await server.stop();
  folder.remove();
});

describe("a person's page", () => {
  it('does not change when another address has the same name and local part', async () => {
    send('Ann Example <ann@elsewhere.example>', 1);
    const page = await get('/people/ann-example/');
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<bdi>Ann Example</bdi>');
  });

  it('is still found at each of its earlier URLs', async () => {
    send('Ann Exemplary <ann@example.org>', 40);
    const old = await get('/people/ann-example/');
    if (old.status === 200) expect(await old.text()).not.toContain('@example.org</td>');
    else expect(old.headers.get('location')).toBe('/people/ann-exemplary/');
    send('Ann Third-Name <ann@example.org>', 90);
    const second = await get('/people/ann-exemplary/');
    expect([second.status, second.headers.get('location')]).toEqual([302, '/people/ann-third-name/']);
    expect((await get('/people/ann-third-name/')).status).toBe(200);
  });
});

describe('addresses that the operator wants shortened', () => {
  it.each([
    '/folk/people-13@example.org/t.atom',
    '/folk/?q=f:nameless&x=A',
    '/people/',
    '/people/nameless-example-org/',
    '/people/nameless-example-org/new.atom',
    '/folk/people-13@example.org/',
    '/folk/people-13@example.org/T/',
  ])('stand whole nowhere in %s', async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(200);
    const body = await answer.text();
    expect(body.replaceAll('&#8230;', '…')).toContain('na…@example.org');
    expect(body).not.toContain('nameless@example.org');
  });
});

describe('a query that is too long', () => {
  it('is rejected on pages and in the API', async () => {
    for (const path of ['/search/', '/api/v1/search']) {
      const long = await fetch(`${server.base}${path}?q=${'a'.repeat(2001)}`);
      expect(long.status, path).toBe(400);
      expect(await long.text()).toContain('the limit is 2000');
    }
    expect((await get(`/search/?q=${'a'.repeat(2000)}`)).status).toBe(200);
  });
});
