import { SECOND_LIST } from './mail';
import type { Turn } from './thread';

/** How the order of tools was settled, or was not. */
export const ENDING: Turn[] = [
  {
    key: 'ba',
    to: 'm',
    from: 'keeper',
    after: 31,
    alsoOn: SECOND_LIST,
    text: `
@0

I have been reading along. Both sides argue about who runs first, and I note that the figures say something else: with nobody in front, a fortieth of the dumps fail, and no one here has explained those.

I would rather see that explained before I take either design into -mm.`,
  },
  {
    key: 'bb',
    to: 'ba',
    from: 'wenling',
    after: 10,
    text: `
@0

I can explain 23 of the 29. Twelve are the disk controller mentioned above. Eight are processors that sat in firmware when the NMI came and never returned. Three were a wrong checksum of the loaded kernel, so the check did its work.

The other six I cannot explain, and they come from the same two boards.`,
  },
  {
    key: 'bc',
    to: 'bb',
    from: 'joao',
    after: 4,
    text: `
@1

Would you swap the memory of these two boards? We hunted a ghost like this from March to June.`,
  },
  {
    key: 'bd',
    to: 'bc',
    from: 'wenling',
    after: 71,
    text: `
@0

You were right. After the swap no failure in 80 tries on either board. I shall strike the six from the table, with a note.`,
  },
  {
    key: 'be',
    to: 'ba',
    from: 'mirela',
    after: 5,
    text: `
@1

Fair. I shall post the stop code alone, with the sequence number, the flag for two panics and the longer wait. The array of callbacks comes as a last patch which can be left out.`,
  },
  {
    key: 'bf',
    to: 'be',
    from: 'oskar',
    after: 2,
    text: `
@0

With the last patch left out I will review the others with pleasure.`,
  },
  {
    key: 'bg',
    to: 'bf',
    from: 'priyanka',
    after: 8,
    text: `
@0

And with it left out I gain nothing. Could we at least keep a hook which is compiled out by default? A configuration option with a frightening help text is a thing an auditor understands.`,
  },
  {
    key: 'bh',
    to: 'bg',
    from: 'oskar',
    after: 3,
    text: `
@0

A hook without a user in the tree. You know what becomes of those.`,
  },
  {
    key: 'bi',
    to: 'bh',
    from: 'yusuf',
    after: 12,
    text: `
@0

It would have a user in the tree if kdb were in the tree. Half of this quarrel comes from tools that live outside, so that neither side can change both ends of a call in one patch.`,
  },
  {
    key: 'bj',
    to: 'bi',
    from: 'delphine',
    after: 6,
    text: `
@0

For kgdb that day is not far. I am told that a small version without the network part may be looked at in the next window. Then we could discuss real calls in place of imagined ones.`,
  },
  {
    key: 'bk',
    to: 'bh',
    from: 'arvid',
    after: 15,
    text: `
@0

There is a middle way which nobody has tried. Let the dump go first, always. After the dump has been written, the second kernel knows everything about the first. Let the debugger run there and look at the old memory as at a foreign machine.`,
  },
  {
    key: 'bl',
    to: 'bk',
    from: 'noriko',
    after: 9,
    text: `
@0

This gives up single steps and setting registers of devices, but after a panic one rarely steps anywhere. For reading the state it would suffice. Who would write the part that reads the old memory?`,
  },
  {
    key: 'bm',
    to: 'bl',
    from: 'arvid',
    after: 2,
    text: `
@0

Most of it is there: the file with the old memory is what crash reads. A front end with the commands of kdb is some 600 lines, of which I have 200.`,
  },
  {
    key: 'bn',
    to: 'bm',
    from: 'priyanka',
    after: 21,
    text: `
@0

I should be content with that. Eight of my ten machines want a debugger only to read. May I have the 200 lines?`,
  },
  {
    key: 'bo',
    to: 'bn',
    from: 'arvid',
    after: 3,
    text: `
@0

Sent in private. They are not pretty, and the command to print a backtrace stops at the first frame of an interrupt.`,
  },
  {
    key: 'bp',
    to: 'bk',
    from: 'oskar',
    after: 1,
    text: `
@0

I like this very much. It adds no line before the jump.`,
  },
  {
    key: 'bq',
    to: 'bp',
    from: 'mirela',
    after: 5,
    text: `
@0

I like it too, with one regret: the case in which the dump itself fails is the case in which one most wants a debugger, and it is left alone again.`,
  },
  {
    key: 'br',
    to: 'bq',
    from: 'oskar',
    after: 2,
    text: `
@0

True. If it fails before the jump, the processor halts with a number on the diagnostic port, and I will take patches that make that number more telling.`,
  },
  {
    key: 'bs',
    to: 'be',
    from: 'keeper',
    after: 44,
    alsoOn: SECOND_LIST,
    text: `
@0

Then let us do it so. The stop code goes into the next -mm as soon as two of you have tested it. The array stays out until something in the tree calls it.`,
  },
  {
    key: 'bt',
    to: 'bs',
    from: 'mirela',
    after: 3,
    text: `
@0

Agreed. For the record, since this will be asked again: I still hold that one interface is right. What the thread convinced me of is that it is not urgent.`,
  },
  {
    key: 'bu',
    to: 'bt',
    from: 'oskar',
    after: 1,
    text: `
@0

And I still hold that it is wrong, but your stop code is better than mine. That part I am happy to have lost.`,
  },
];
