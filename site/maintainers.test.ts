import { describe, expect, it } from 'vitest';
import { parseMaintainers } from './maintainers';

const FILE = `List of maintainers
===================

	M: *Mail* patches to: Name <address>

EXAMPLE LAMPS
M:	Ada Ames <ada@example.org>
L:	lamps@example.org
S:	Maintained
F:	Documentation/lamps.rst
F:	drivers/lamps/
F:	drivers/*/lamp*
N:	lamp

EXAMPLE FANS
M:	Ben Bell <ben@example.org>
F:	drivers/fans/*
X:	drivers/fans/old/

THE REST
S:	Buried alive
F:	*
F:	*/
`;

describe('a MAINTAINERS file', () => {
  it('names folders and files of its entries', () =>
    expect(parseMaintainers(FILE)).toEqual([
      { title: 'EXAMPLE LAMPS', files: ['Documentation/lamps.rst', 'drivers/lamps'] },
      { title: 'EXAMPLE FANS', files: ['drivers/fans'] },
    ]));

  it('of any other form has none, in linear time', () => {
    expect(parseMaintainers('')).toEqual([]);
    expect(parseMaintainers('Ada Ames <ada@example.org>\n')).toEqual([]);
    expect(parseMaintainers('F:\ta\n')).toEqual([]);
    expect(
      parseMaintainers(`${'F:\t/'.repeat(100_000)}\nT\n${`F:\t${'a/'.repeat(50)}\n`.repeat(10_000)}`)[0]?.files,
    ).toHaveLength(100);
  });
});
