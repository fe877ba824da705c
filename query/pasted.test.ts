import { describe, expect, it } from 'vitest';
import { readPasted } from './pasted';

describe('readPasted', () => {
  it.each([
    '<tide@example.org>',
    'message://%3Ctide@example.org%3E',
    'message:%3ctide%40example.org%3e',
    'mid:%3Ctide@example.org%3E',
    'https://lore.kernel.org/linux-pm/tide@example.org/',
    'https://lore.kernel.org/all/tide@example.org/T/#u',
    'https://lore.kernel.org/r/tide@example.org',
    'http://lkml.kernel.org/r/tide%40example.org',
    'https://marc.info/?i=tide@example.org',
    'https://patchwork.kernel.org/project/x/patch/tide@example.org/',
    'http://127.0.0.1:3000/harbour/tide@example.org/raw',
  ])('%s', (text) => expect(readPasted(text)?.msgid).toBe('tide@example.org'));

  it.each(['https://marc.info/?l=harbour&m=123456', 'https://www.spinics.net/lists/harbour/msg00012.html'])(
    '%s names no id',
    (text) => expect(readPasted(text)).toEqual({ msgid: null, url: text }),
  );

  it.each([
    'tide',
    'm:tide@example.org',
    'mid:tide@example.org',
    'f:ida s:"late tide"',
    'ida@example.org',
    'https://example.org/tide',
  ])('%s is a search', (text) => expect(readPasted(text)).toBeNull());
});
