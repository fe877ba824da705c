import { describe, expect, it } from 'vitest';
import { align, readQuotation } from './align';

const status = (quotation: string, text: string) => align(readQuotation(quotation), text)?.status;

describe('a quotation beside its text', () => {
  const text = 'The dump of line 806 is taken, but without\na corresponding release of the object.';
  it.each([
    ['the dump of line 806 is taken', 'edited'],
    ['The dump of line 806 is taken, but without a corresponding release', 'verbatim'],
    ['The dump of line 806 [never] is taken, but without a corresponding release', 'edited'],
    ['The dump of line 118 is taken, but without a corresponding release of the object', 'near'],
    ['The dump … is taken, but without a corresponding release of the object', 'edited'],
  ])('%s: %s', (quotation, expected) => expect(status(quotation, text)).toBe(expected));
});
