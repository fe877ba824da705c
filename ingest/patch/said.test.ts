import { describe, expect, it } from 'vitest';
import { readBody } from '#mail/body';
import { CLAIM } from '#patch/kinds';
import { saidOf } from './said';

const kindsIn = (text: string, to?: string) => saidOf(readBody(text), to).map(({ kind }) => kind);
const QUOTED = 'On Monday, Ada Lund wrote:\n> +\tbark();\n\n';

describe('said', () => {
  it('ignores a request to somebody else by name', () => {
    expect(kindsIn(`${QUOTED}Bea, can you provide a branch?\n`)).toEqual([]);
    expect(kindsIn(`${QUOTED}Ada, can you provide a branch?\n`)).toEqual([CLAIM.changesRequested]);
    expect(kindsIn(`${QUOTED}Also, can you provide a branch?\n`)).toEqual([CLAIM.changesRequested]);
    expect(kindsIn('Bea, please split this.\n', 'Bea Ek')).toEqual([CLAIM.changesRequested]);
  });

  it('reads a number after "all" as the patches', () => {
    expect(saidOf(readBody('All three applied to pets-next. Thanks, Ada.\n'))).toMatchObject([
      { kind: CLAIM.applied, tree: 'pets-next', scope: 'all' },
    ]);
    expect(kindsIn('All three of these crash on my board.\n')).toEqual([]);
  });

  it('declines with "No, thanks" only at the beginning', () => {
    expect(kindsIn(`${QUOTED}No, thanks, we will paint the kennel.\n`)).toEqual([CLAIM.rejected]);
    expect(kindsIn(`${QUOTED}I tried it.\n\nNo, thanks to Bea it works.\n`)).toEqual([]);
  });

  it('ignores indented text: a pasted commit, a log', () => {
    expect(kindsIn(`${QUOTED}See this:\n\n    Use a leash here.\n    Drop the cast.\n`)).toEqual([]);
  });

  it('does not read the title of a commit as a command', () => {
    expect(kindsIn(`${QUOTED}I tested it with 0123456789ab ("pets: dog: Fix bark_later()").\n`)).toEqual([]);
    expect(kindsIn(`${QUOTED}Subject: [PATCH] pets/dog: Make dogs_static global\n`)).toEqual([]);
  });
});
