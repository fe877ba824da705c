import { describe, expect, it } from 'vitest';
import { readBody } from '#mail/body';
import { CLAIM } from '#patch/kinds';
import { saidOf } from './said';

const kindsIn = (text: string, to?: string) =>
  saidOf(readBody(text), to === undefined ? undefined : () => to).map(({ kind }) => kind);
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

  it('reads on below the two headers that some put above what they quote', () => {
    const quoted = 'From: Ada Lund <ada@example.org>\nDate: Mon, 11 May 2020 15:41:40 +0530\n\n';
    expect(kindsIn(`${quoted} ...\n> +\tbark();\n\nSeries applied to pets-next, thanks.\n`)).toEqual([CLAIM.applied]);
    expect(kindsIn(`${QUOTED}${quoted}Applied to pets-next, thanks.\n`)).toEqual([]);
  });

  it('applies to a tree, not to what a tester lists', () => {
    expect(kindsIn(`${QUOTED}Applied to:\n\n  https://git.example.org/pets.git next\n`)).toEqual([CLAIM.applied]);
    expect(kindsIn(`${QUOTED}I tried it.\n\nApplied to :\n\npets-tools-2.0.19.rpm\n`)).toEqual([]);
  });

  it('takes "please ignore it" for the mail named before', () => {
    expect(kindsIn(`${QUOTED}The previous email was corrupted; please ignore it.\n`)).toEqual([]);
    expect(kindsIn(`${QUOTED}I sent this by mistake. Please ignore it.\n`)).toEqual([CLAIM.withdrawn]);
  });

  it('waits for nothing that the reviewer does or waives', () => {
    expect(kindsIn(`${QUOTED}Please use tabs.\n\nNo need to resend.\n`)).toEqual([]);
    expect(kindsIn(`${QUOTED}Please use tabs.\n\nI'll fix that up when applying.\n`)).toEqual([CLAIM.queued]);
    expect(kindsIn(`${QUOTED}Please use tabs.\n\nNo need to resend the other patches.\n`)).toEqual([
      CLAIM.changesRequested,
    ]);
  });

  it('ends a sentence at a smiley, and keeps a question one', () => {
    expect(kindsIn(`${QUOTED}Self-NACK :) Please see the other mail.\n`)).toEqual([CLAIM.rejected]);
    expect(kindsIn(`${QUOTED}Who says you should use only tabs? :-)\n`)).toEqual([]);
  });

  it('takes "Done" below an invitation to take it', () => {
    expect(kindsIn('On Monday, Ada Lund wrote:\n> I think you can apply the last one.\n\nDone, thanks!\n')).toEqual([
      CLAIM.applied,
    ]);
  });
});
