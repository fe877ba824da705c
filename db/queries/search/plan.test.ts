import { describe, expect, it } from 'vitest';
import { PREFIXES } from '#query/prefixes';
import { UnknownTest } from './condition';
import { planQuery } from './plan';

/** What planning the test says against it; null where it has a condition. */
function refusal(name: string, value: string): string | null {
  try {
    planQuery({ kind: 'test', name, value, at: 0 });
    return null;
  } catch (error) {
    if (!(error instanceof UnknownTest)) throw error;
    return error.message;
  }
}

const tests = PREFIXES.filter(({ kind }) => kind === 'test').map(({ name, example, values }) => {
  const shown = example.slice(example.indexOf(':') + 1);
  return { name, values: Array.isArray(values) ? [...(values as string[])] : [shown] };
});

describe('a prefix that is a test', () => {
  it.each(tests)('$name: has a condition', ({ name, values }) => {
    for (const value of values) {
      // Topics are the operator's: they are put in the place of their names before the planning.
      if (name === 'topic' || name === 'system') expect(refusal(name, value)).toContain('topics.json');
      // Facts that words make are words by then (query/parse.ts).
      else if (name === 'has' && ['cve', 'regzbot'].includes(value)) continue;
      else expect(refusal(name, value)).toBeNull();
    }
  });

  it('without a condition is refused, by its name', () => {
    expect(refusal('nosuchtest', 'x')).toContain('nosuchtest:');
  });
});
