import { describe, expect, it } from 'vitest';
import { cpuOf, isInstalled, measure } from './process';

describe('cpuOf', () => {
  it('adds user and system time of the children', () => {
    expect(cpuOf('0m0.001s 0m0.000s\n1m2.500s 0m0.250s\n')).toBe(62.75);
  });
});

describe('measure', () => {
  it('measures time, CPU time and memory of the program', async () => {
    const burn =
      'const b = Buffer.alloc(5e7, 1); const end = Date.now() + 300; while (Date.now() < end); console.log(b.length)';
    const run = await measure('FORTY=2 node', ['-e', burn]);
    expect(run.stdout).toBe('50000000\n');
    expect(run.seconds).toBeGreaterThan(0.3);
    expect(run.cpuSeconds).toBeGreaterThan(0.1);
    expect(run.peakBytes).toBeGreaterThan(5e7);
    expect(run.treePeakBytes).toBeGreaterThanOrEqual(run.peakBytes);
  });

  it('throws the error message of a failing program', async () => {
    await expect(measure('node', ['-e', 'console.error("no such thing"); process.exit(3)'])).rejects.toThrow(
      /ended with 3: no such thing/,
    );
  });
});

describe('isInstalled', () => {
  it('searches PATH', () => {
    expect(isInstalled('sh')).toBe(true);
    expect(isInstalled('no-such-program-anywhere')).toBe(false);
  });
});
