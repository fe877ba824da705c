import { describe, expect, it } from 'vitest';
import { redirect } from '../_web/http';
import { idArgument, shellWord } from './format';
import { anyHref, messageHref, monthHref } from './links';

describe('addresses', () => {
  it.each([
    ['/evil.example', 'x', '/%2Fevil.example/x/'],
    ['\\evil.example', 'x', '/%5Cevil.example/x/'],
    ['a\r\nSet-Cookie: b', 'x', '/a%0D%0ASet-Cookie%3A%20b/x/'],
    ['kexec', 'a/b@example.org', '/kexec/a%2Fb@example.org/'],
    ['kexec', 'a?b#c%d@example.org', '/kexec/a%3Fb%23c%25d@example.org/'],
    ['kexec', 'привет@example.org', '/kexec/%D0%BF%D1%80%D0%B8%D0%B2%D0%B5%D1%82@example.org/'],
    ['kexec', "a~b=c+d$e,f:g;h!i&j*(k)'_l-m.n@example.org", "/kexec/a~b=c+d$e,f:g;h!i&j*(k)'_l-m.n@example.org/"],
    [
      'kexec',
      'a b"c<d>e[f]g{h}i|j^k`l@example.org',
      '/kexec/a%20b%22c%3Cd%3Ee%5Bf%5Dg%7Bh%7Di%7Cj%5Ek%60l@example.org/',
    ],
  ])('stay on this server for list %j and id %j', (list, msgid, href) => {
    expect(messageHref(list, msgid)).toBe(href);
    expect(redirect(href).headers.get('Location')).toBe(href);
  });

  it('keep half a character from failing', () => {
    expect(anyHref('a\ud800b@example.org')).toBe('/r/a%EF%BF%BDb@example.org/');
  });

  it('name a month', () => expect(monthHref('all', '2004-07')).toBe('/all/2004-07/'));

  it.each(['//evil.example/', '/\\evil.example/', 'https://evil.example/', '/a\nb'])('are not %j', (location) => {
    expect(() => redirect(location)).toThrow(TypeError);
  });
});

describe('a command to paste', () => {
  it.each([
    ['20040728.1@example.org', '20040728.1@example.org'],
    ['a;reboot@example.org', "'a;reboot@example.org'"],
    ['$(reboot)@example.org', "'$(reboot)@example.org'"],
    ["it's@example.org", "'it'\\''s@example.org'"],
    ['-rf@example.org', "'<-rf@example.org>'"],
  ])('holds %j as one word', (msgid, word) => expect(shellWord(idArgument(msgid))).toBe(word));
});
