import { describe, expect, it } from 'vitest';
import { chipsOf, narrowed } from './narrow';

const of = (address: string) => narrowed(new URLSearchParams(address));

describe('the form that narrows a search', () => {
  it('writes its fields into the query', () => {
    expect(of('q=kexec')).toBeNull();
    expect(of('q=kexec&from-is=anna&subject-is=&kind-is=')).toBe('/search/?q=kexec+f%3Aanna');
    expect(of('q=a+OR+b&from-is=Anna+B&kind-is=patch&list=x&after=')).toBe(
      '/search/?q=%28a+OR+b%29+f%3A%22Anna+B%22+is%3Apatch&list=x',
    );
    expect(of('q=&subject-is=%22x')).toBe('/search/?q=s%3Ax');
  });

  it('shows what can be taken away by itself', () => {
    expect(chipsOf('kexec f:anna s:"machine check"')).toEqual([
      { words: 'f:anna', without: 'kexec s:"machine check"' },
      { words: 's:"machine check"', without: 'kexec f:anna' },
    ]);
    expect(chipsOf('kexec OR f:anna')).toEqual([]);
    expect(chipsOf('nosuch:x kexec')).toEqual([]);
  });
});
