import { describe, expect, it } from 'vitest';
import { allHeaders, headerText, scanHeaders, WantedHeaders } from './header';

const wanted = new WantedHeaders(new Set(['subject', 'from', 'to']));
const scan = (text: string, encoding: BufferEncoding = 'latin1') => scanHeaders(Buffer.from(text, encoding), wanted);

describe('scanHeaders', () => {
  it.each([
    ['folded', 'Subject: one\n two\n\tthree\n\nbody', 'one two three'],
    ['with CRLF', 'Subject: one\r\n two\r\n\r\nbody', 'one two'],
    ['in odd case', 'SUBJECT: x\n\n', 'x'],
    ['with a space before the colon', 'Subject : x\n\n', 'x'],
    ['after a line that is none', 'no header\nSubject: x\n\n', 'x'],
    ['first of two', 'Subject: x\nSubject: y\n\n', 'x'],
    ['without a body', 'Subject: x', 'x'],
    ['with a colon in the value', 'Subject: a: b\n\n', 'a: b'],
  ])('reads a header %s', (_, mail, subject) => expect(scan(mail).first('subject')).toBe(subject));

  it.each([
    ['a: b\n\nbody', 6],
    ['a: b\r\n\r\nbody', 8],
    ['\nbody', 1],
    ['a: b', 4],
    ['', 0],
  ])('finds the body of %j', (mail, at) => expect(scan(mail).bodyAt).toBe(at));

  it('gives all headers with a name', () => expect(scan('To: a\nTo: b\n\n').all('to')).toEqual(['a', 'b']));
});

describe('headerText', () => {
  it('reads raw bytes as UTF-8, else as windows-1252', () => {
    expect(headerText(Buffer.from('Grüße').toString('latin1'))).toBe('Grüße');
    expect(headerText(Buffer.from('Grüße', 'latin1').toString('latin1'))).toBe('Grüße');
  });
});

describe('allHeaders', () => {
  it('keeps names as written, and order', () => {
    expect(allHeaders(Buffer.from('X-B: 1\nA: 2\n 3\n\n'))).toEqual([
      { name: 'X-B', value: '1' },
      { name: 'A', value: '2 3' },
    ]);
  });
});
