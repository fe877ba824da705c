import { describe, expect, it } from 'vitest';
import { flowed } from './digest';

describe('the lines of a passage', () => {
  it.each([
    [
      'that the width of a mail ended',
      'The kernel that crashed is not to be\ntrusted with a dump of its own, and\nnobody is.',
      'The kernel that crashed is not to be trusted with a dump of its own, and nobody is.',
    ],
    [
      'that its author ended',
      'It is late.\nThe kernel that crashed is not to be trusted\nwith a dump.',
      'It is late.\nThe kernel that crashed is not to be trusted with a dump.',
    ],
    [
      'of a list',
      '1. the name that was taken long ago\n2. the number that means nothing\n   to anybody',
      '1. the name that was taken long ago\n2. the number that means nothing to anybody',
    ],
    ['one alone', 'Why?', 'Why?'],
  ])('%s', (_, text, shown) => expect(flowed(text)).toBe(shown));
});
