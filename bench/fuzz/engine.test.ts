import { describe, expect, it } from 'vitest';
import { Random } from '#samples/random';
import { Coverage } from './coverage';
import { type Fault, Fuzzer, type Target } from './engine';

/** Throws after a sequence of four bytes, which random guessing does not find in so few tries. */
function locked(input: Buffer): number {
  if (input[0] !== 0x6b) return 0;
  if (input[1] !== 0x65) return 1;
  if (input[2] !== 0x79) return 2;
  if (input[3] !== 0x21) return 3;
  throw new Error('opened');
}

/** Compares each comma with each other one if there is a bracket. */
function pairs(input: Buffer): number {
  if (!input.includes('[')) return 0;
  let count = 0;
  for (const one of input) {
    if (one !== 0x2c) continue;
    for (const other of input) if (other === one) count++;
  }
  return count;
}

const coverage = new Coverage((url) => url.includes('engine.test'));

function faultsOf(target: Omit<Target, 'name' | 'isRefusal'>, rounds: number, guided = true): Fault[] {
  const faults: Fault[] = [];
  const hooks = { begin() {}, end() {}, kept() {}, fault: (fault: Fault) => void faults.push(fault) };
  const blind = { take: () => new Map() } as unknown as Coverage;
  const fuzzer = new Fuzzer({ name: 'x', ...target }, guided ? coverage : blind, new Random(6), hooks);
  fuzzer.begin([]);
  for (let n = 0; n < rounds && !faults.length; n++) fuzzer.round();
  return faults;
}

describe('the fuzzer', () => {
  it('finds a fault with coverage that it does not find without', () => {
    const target = { seeds: ['abcd'], words: [...'key!xyz'], run: locked };
    const [fault] = faultsOf(target, 100);
    expect(fault).toMatchObject({ kind: 'throws' });
    expect(fault?.input.toString('latin1', 0, 4)).toBe('key!');
    expect(faultsOf(target, 150, false)).toEqual([]);
  });

  it('reports quadratic cost', () => {
    expect(faultsOf({ seeds: ['a,b['], words: ['['], run: pairs }, 50)).toMatchObject([{ kind: 'superlinear' }]);
  });

  it('accepts a refusal', () => {
    const target: Target = { name: 'x', seeds: ['key!'], words: [], run: locked, isRefusal: () => true };
    const faults: Fault[] = [];
    const fuzzer = new Fuzzer(target, coverage, new Random(1), {
      begin() {},
      end() {},
      kept() {},
      fault: (fault) => void faults.push(fault),
    });
    fuzzer.begin([]);
    expect([faults, fuzzer.corpus.length]).toEqual([[], 1]);
  });
});
