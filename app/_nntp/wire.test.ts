import { describe, expect, it } from 'vitest';
import { wildmat } from './wildmat';
import { articleHead, dotted, headerOf, idOf, overviewOf } from './wire';

const sent = (...parts: string[]) =>
  Buffer.concat([...dotted(parts.map((part) => Buffer.from(part, 'latin1')))]).toString('latin1');

describe('bytes of a response', () => {
  it.each([
    [['a\n'], 'a\r\n.\r\n'],
    [['a'], 'a\r\n.\r\n'],
    [[''], '.\r\n'],
    [['.\n..x\na.b\n'], '..\r\n...x\r\na.b\r\n.\r\n'],
    [['a\r\n', '.b\r\n'], 'a\r\n..b\r\n.\r\n'],
    [['a\r', '\n.b'], 'a\r\n..b\r\n.\r\n'],
    [['a\r'], 'a\r\r\n.\r\n'],
    [['\xe4\n'], '\xe4\r\n.\r\n'],
  ])('of %j', (parts, want) => {
    expect(sent(...parts)).toBe(want);
  });

  it('come in parts of a bounded size, none of which loses a dot', () => {
    const text = `.${'x'.repeat(60)}\n`.repeat(20_000);
    const parts = [...dotted([Buffer.from(text)])];
    expect(Math.max(...parts.map(({ length }) => length))).toBeLessThan(300_000);
    expect(Buffer.concat(parts).toString()).toBe(`${`..${'x'.repeat(60)}\r\n`.repeat(20_000)}.\r\n`);
  });
});

describe('an article', () => {
  it('has the mail’s headers, one Message-ID on one line, and those of Usenet', () => {
    const head = Buffer.from(
      'From someone Mon Jan  1\nSubject: a\n folded\nMessage-Id:\n <one@example.org>\nMessage-ID: <two@example.org>\nXref: old 1\nPath: x\n\n',
    );
    expect(articleHead(head, 'one@example.org', { Newsgroups: 'org.example.a' }).toString()).toBe(
      'Subject: a\n folded\nMessage-Id: <one@example.org>\nX-Alt-Message-ID: <two@example.org>\nNewsgroups: org.example.a\n',
    );
  });

  it('without a Message-ID gets the one that the archive gave it', () => {
    expect(articleHead(Buffer.from('Subject: a\r\n\r\n'), 'made@up', {}).toString()).toBe(
      'Subject: a\nMessage-ID: <made@up>\n',
    );
  });

  it('takes one line in an overview', () => {
    const head = Buffer.from('Subject: a\n\tb\nFrom: A <a@example.org>\nX-Y: z\n\n');
    expect(overviewOf(head)).toEqual(['a b', 'A <a@example.org>', '', '']);
    expect(headerOf(head, 'x-y')).toBe('z');
    expect(idOf('a b\r\n>@c')).toBe('<a_b___@c>');
  });
});

describe('a wildmat', () => {
  it.each([
    ['*', 'org.a', true],
    ['org.*', 'org.a', true],
    ['org.?', 'org.ab', false],
    ['org.*,!org.b*', 'org.bc', false],
    ['org.*,!org.b*,org.bc', 'org.bc', true],
    ['*a*b', 'xxaxxb', true],
    ['!*', 'a', false],
    ['a', 'ab', false],
  ])('%s of %s: %s', (pattern, name, want) => {
    expect(wildmat(pattern)(name)).toBe(want);
  });

  it('takes no time that grows without bound', () => {
    const started = performance.now();
    wildmat(`${'*a'.repeat(200)}b`)('a'.repeat(250));
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
