import { describe, expect, it } from 'vitest';
import { steep } from '../tests/doubling';
import { checkedBy } from './authenticity';

const ADDRESS = 'tip-bot2@linutronix.de';

describe('checkedBy', () => {
  it.each<[string, string[], string | null]>([
    ['nobody looked', [], null],
    [
      'a signature of the domain',
      ['mx.example.org; dkim=pass (2048-bit key) header.d=linutronix.de header.i=@linutronix.de'],
      'pass',
    ],
    ['of a domain above', ['mx.example.org; dkim=pass header.d=de; dkim=pass header.d=linutronix.de'], 'pass'],
    ['of another domain', ['mx.example.org; dkim=pass header.d=evil.example'], 'fail'],
    ['of one that only ends alike', ['mx.example.org; dkim=pass header.d=xlinutronix.de'], 'fail'],
    ['none', ['mx.example.org; spf=pass smtp.mailfrom=evil.example; dkim=none'], 'fail'],
    ['a failed one', ['mx.example.org 1; dmarc=fail (p=none) header.from=linutronix.de'], 'fail'],
    ['nothing that tells of signatures', ['mx.example.org; spf=pass smtp.mailfrom=x@linutronix.de'], null],
    [
      'several headers of one server',
      ['mx.example.org; arc=none', 'mx.example.org; dkim=pass header.d=linutronix.de'],
      'pass',
    ],
    [
      'a forged one below',
      ['mx.example.org; dkim=fail', 'other.example.org; dkim=pass header.d=linutronix.de'],
      'fail',
    ],
    ['words', ['spf=none (sender IP is )', 'dkim=pass'], null],
  ])('%s', (_, results, wanted) => {
    expect(checkedBy(results, ADDRESS)).toBe(wanted);
  });

  it('takes linear time', () => {
    const blocks = steep((n) => {
      const long = `mx.example.org; ${'dkim=pass header.d='.repeat(n)}`;
      const all = [long, long, `${' '.repeat(n)};`, `${'a.'.repeat(n)};`];
      return () => checkedBy(all, ADDRESS);
    }, 1024);
    expect(blocks).toEqual([]);
  });
});
