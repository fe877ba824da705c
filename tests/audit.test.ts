import { describe, expect, it } from 'vitest';

const { judge } = await import(new URL('../scripts/audit.mjs', import.meta.url).href);

const report = (severity: string) =>
  JSON.stringify({
    vulnerabilities: { thing: { name: 'thing', severity, via: [{ title: 'Something is wrong' }] } },
    metadata: { vulnerabilities: { [severity]: 1 }, dependencies: { total: 7 } },
  });

describe('the audit of packages', () => {
  it('fails only on grave faults, and names each', () => {
    expect(judge(report('critical'))).toEqual({
      failed: true,
      text: 'audited: 7 packages, 1 with known vulnerabilities\ncritical: thing: Something is wrong',
    });
    expect(judge(report('high')).failed).toBe(true);
    expect(judge(report('moderate')).failed).toBe(false);
  });

  it('says why nothing was audited, and does not count that as a fault', () => {
    const refusal = { message: '405 Method Not Allowed - POST https://registry.example/-/npm/v1/audit', error: {} };
    expect(judge(JSON.stringify(refusal))).toEqual({
      failed: false,
      text: 'not audited: 405 Method Not Allowed - POST the registry',
    });
    expect(judge('').text).toContain('not audited');
  });
});
