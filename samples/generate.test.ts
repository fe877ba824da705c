import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { generate } from './generate';

const make = (messages: number, seed = 1) => [...generate({ messages, seed })];
const hashOf = (mails: { raw: Buffer }[]) =>
  mails.reduce((hash, { raw }) => hash.update(raw), createHash('sha256')).digest('hex');

describe('the sample archive', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(hashOf(make(900))).toBe(hashOf(make(900)));
    expect(hashOf(make(900, 2))).not.toBe(hashOf(make(900)));
  });

  it.each([0, 1, 10, 400, 5000])('has exactly %i mails', (count) => expect(make(count)).toHaveLength(count));

  it('of 400 mails is written by hand to the last', () => {
    const made = make(401).map(({ raw }) => /^Message-ID: <t\d+-/m.test(raw.toString()));
    expect([made.slice(0, 400).includes(true), made[400]]).toEqual([false, true]);
  });

  it('names nobody outside example.org, and says in every mail that it is synthetic', () => {
    for (const { raw } of make(1500)) {
      const text = raw.toString();
      for (const [address] of text.matchAll(/[\w.+-]+@[\w.-]+\w/g))
        expect(address).toMatch(/@([\w-]+\.)*example\.org$/);
      expect(text).toContain('X-Threadline-Synthetic: yes');
    }
  });

  it('holds diffs whose counts are right', () => {
    let hunks = 0;
    for (const { raw } of make(800)) {
      const lines = raw.toString().split('\n');
      lines.forEach((line, n) => {
        const counts = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line);
        if (!counts) return;
        let [old, made] = [Number(counts[1] ?? 1), Number(counts[2] ?? 1)];
        for (let at = n + 1; old > 0 || made > 0; at++) {
          const mark = lines[at]?.[0];
          expect([' ', '+', '-'], `${lines[at]} in ${line}`).toContain(mark);
          if (mark !== '+') old--;
          if (mark !== '-') made--;
        }
        expect([old, made]).toEqual([0, 0]);
        hunks++;
      });
    }
    expect(hunks).toBeGreaterThan(100);
  });

  it.each([
    'Nacked-by: ',
    '[PATCH v',
    'RESEND',
    '[tip: ',
    'Link: ',
    'change-id: ',
    'Changes since 2.6.',
    'added to -mm tree',
    'charset=koi8-r',
    'charset=iso-2022-jp',
    'format=flowed',
    'filename*=utf-8',
    'multipart/alternative',
    'Date: Thu, 1 Jan 1970',
    '<script>',
    '\nFrom here on it only',
    ' via threadline-sample',
  ])('has a mail with %j', (what) => expect(make(400).some(({ raw }) => raw.toString().includes(what))).toBe(true));
});
