import { describe, expect, it } from 'vitest';
import { align, readQuotation } from './align';

const status = (quotation: string, text: string) => align(readQuotation(quotation), text)?.status;

describe('a quotation beside its text', () => {
  const text = 'The dump of line 806 is taken, but without\na corresponding release of the object.';
  it.each([
    ['the dump of line 806 is taken', 'verbatim'],
    ['The dump of line 806 is taken, but without a corresponding release', 'verbatim'],
    ['The dump of line 806 [never] is taken, but without a corresponding release', 'edited'],
    ['The dump of line 118 is taken, but without a corresponding release of the object', 'near'],
    ['The dump … is taken, but without a corresponding release of the object', 'edited'],
  ])('%s: %s', (quotation, expected) => expect(status(quotation, text)).toBe(expected));
});

describe('a short quotation with added words', () => {
  const text =
    'It is about jumping from kexeced kernel\nto original kernel and back. On this path the kernel is broken.';
  it.each([
    ['jumping from a kexeced kernel to the original kernel', 'edited'],
    ['jumping from kexeced kernel quickly to original kernel', 'edited'],
    ['jumping from a kexeced kernel right back to the original kernel', 'near'],
    ['jumping over kexeced hurdles to original stadium floors', 'near'],
    ['on that other path the kernel is', 'near'],
    ['Jumping from kexeced kernel to original kernel.', 'verbatim'],
    ['it is about jumping from kexeced kernel to original kernel and back!', 'verbatim'],
    ['jumping from KEXECED kernel to original kernel', 'edited'],
  ])('%s: %s', (quotation, expected) => expect(status(quotation, text)).toBe(expected));
});
