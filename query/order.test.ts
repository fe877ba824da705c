import { describe, expect, it } from 'vitest';
import { asksForWords } from './order';
import { parseQuery } from './parse';
import { slipsOf } from './slips';

const asks = (query: string) => asksForWords(parseQuery(query, 0).tree ?? null);

describe('the order of an answer', () => {
  it.each(['kexec', '"machine check"', 'f:anna kexec', 'kexec d:2022..', 'a NEAR/3 b', 'nq:panic', '(f:a OR panic)'])(
    '%s asks for words',
    (query) => expect(asks(query)).toBe(true),
  );
  it.each(['f:anna', 's:RFC', 'd:2022..', 'dfn:drivers/edac', 'f:anna s:patch is:reply', 'list:x', '-kexec', ''])(
    '%s does not',
    (query) => expect(asks(query)).toBe(false),
  );
});

describe('words with one typing error', () => {
  it('have letters swapped, or one added, missing or changed, each once', () => {
    const near = slipsOf('kexce');
    for (const one of ['kexec', 'kexe', 'kexcel', 'hexce']) expect(near).toContain(one);
    expect(near).not.toContain('kexce');
    expect(new Set(near).size).toBe(near.length);
  });
});
