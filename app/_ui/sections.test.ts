import { describe, expect, it } from 'vitest';
import { offered } from './sections';

const names = (...given: Parameters<typeof offered>) => offered(...given).map(({ name }) => name);

describe('the navigation', () => {
  it('leaves out what the archive has nothing for', () => {
    expect(names(undefined, new Set())).toEqual(['Threads', 'People', 'Series', 'Quotes']);
    expect(names(undefined, new Set(['mm'] as const))).toEqual(['Threads', 'People', 'Series', '-mm', 'Quotes']);
  });

  it('keeps the section of the page itself', () => expect(names('/stories/', new Set())).toContain('Stories'));

  it('offers all where nobody asked the archive', () => expect(names(undefined, null)).toHaveLength(7));
});
