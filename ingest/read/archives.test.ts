import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ARCHIVES } from '../../tests/archives';
import { MboxSplitter } from './splitter';
import { only } from './testing';
import type { SourceEvent } from './types';

const openOptions = (state?: unknown) => ({ state, isSeen: async () => new Set<string>() });

async function* eventsOf(name: string, state?: unknown): AsyncIterable<SourceEvent> {
  yield* (await only(join(ARCHIVES ?? '', name))).open(openOptions(state));
}

/** Counts events by kind, and mails whose bytes do not match their git name. */
async function count(name: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for await (const event of eventsOf(name)) {
    const wrong = event.kind === 'mail' && event.origin.oid !== null && gitName(event.bytes) !== event.origin.oid;
    for (const key of [event.kind, ...(wrong ? ['wrong'] : [])]) counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

const gitName = (bytes: Buffer) => createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');

describe.skipIf(!ARCHIVES)('real archives', { timeout: 60_000 }, () => {
  it.each([
    ['kexec', { mail: 2342, checkpoint: 3 }],
    ['linux-edac', { mail: 14321, checkpoint: 15 }],
    ['linux-pm', { mail: 11000, checkpoint: 11 }],
    ['lkml-2004-2005.mbox', { mail: 25, checkpoint: 1 }],
  ])('%s gives every mail, byte for byte', async (name, expected) => {
    expect(await count(name)).toEqual(expected);
  });

  it('kexec resumed at each checkpoint continues with the next mail', async () => {
    const oids: string[] = [];
    const checkpoints: { after: number; state: unknown }[] = [];
    for await (const event of eventsOf('kexec')) {
      if (event.kind === 'checkpoint') checkpoints.push({ after: oids.length, state: event.state });
      else oids.push(event.origin.oid ?? '');
    }
    for (const { after, state } of checkpoints) {
      const rest: string[] = [];
      for await (const event of eventsOf('kexec', state)) if (event.kind === 'mail') rest.push(event.origin.oid ?? '');
      expect(rest).toEqual(oids.slice(after));
    }
  });

  it.each(['mboxrd', 'mboxo'])('kexec written as %s is split into the same mails', async (form) => {
    const mails: string[] = [];
    for await (const event of eventsOf('kexec')) if (event.kind === 'mail') mails.push(event.bytes.toString('latin1'));
    const [from, needy] =
      form === 'mboxrd'
        ? ['From mboxrd@z Thu Jan  1 00:00:00 1970', /^(>*From )/gm]
        : ['From a@example.org Mon Jan  1 00:00:00 2024', /^(From )/gm];
    const mbox = mails.map((mail) => `${from}\n${mail.replace(needy as RegExp, '>$1')}\n`).join('');
    const splitter = new MboxSplitter();
    const cut: string[] = [];
    const bytes = Buffer.from(mbox, 'latin1');
    for (let at = 0; at < bytes.length; at += 65_536)
      cut.push(...splitter.push(bytes.subarray(at, at + 65_536)).map((mail) => mail.bytes.toString('latin1')));
    cut.push(...splitter.end().map((mail) => mail.bytes.toString('latin1')));
    expect(cut.length).toBe(mails.length);
    expect(cut.filter((text, n) => text !== mails[n])).toEqual([]);
  });

  it('the mbox of linux-kernel is mboxrd: no escapes are left in its mails', async () => {
    for await (const event of eventsOf('lkml-2004-2005.mbox')) {
      if (event.kind === 'checkpoint') continue;
      const text = event.bytes.toString('latin1');
      expect(text).not.toMatch(/^>*From mboxrd@z/m);
      expect(text).toMatch(/^(Return-Path|Received|From|X-|Date|Message-ID|In-Reply-To|To|Subject)[^\n]*:/i);
    }
  });
});
