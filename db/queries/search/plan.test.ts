import { describe, expect, it } from 'vitest';
import { PREFIXES } from '#query/prefixes';
import { UnknownTest } from './condition';
import { planQuery } from './plan';

/** The error from planning the test; null if it has a condition. */
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
      // Topics come from the operator; their names are replaced before planning.
      if (name === 'topic' || name === 'system') expect(refusal(name, value)).toContain('topics.json');
      // Facts stated by words are already words (query/parse.ts).
      else if (name === 'has' && ['cve', 'regzbot'].includes(value)) continue;
      else expect(refusal(name, value)).toBeNull();
    }
  });

  it('without a condition is rejected by name', () => {
    expect(refusal('nosuchtest', 'x')).toContain('nosuchtest:');
  });
});
