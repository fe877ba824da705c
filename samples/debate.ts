import { LATER } from './debate-later';
import type { SampleMail } from './mail';
import { converse, type Turn } from './thread';

const START = Date.UTC(2007, 10, 12, 8, 14) / 1000;

/** Whether tools for reliability share one way to stop the machine, or kexec on panic relies on nothing. */
export function debate(): SampleMail[] {
  return converse('stop', START, `[RFC] one common stop interface for RAS tools`, [...OPENING, ...LATER]);
}

const OPENING: Turn[] = [
  {
    key: 'a',
    from: 'mirela',
    after: 0,
    text: `
We now have kdump, kdb, kgdb, nlkd, netdump and lkcd, and each of them stops the other processors in its own way. Four of the six send an NMI, two send an ordinary interrupt, and none of them knows that another may have done so already.

I propose one small interface: a tool registers a callback with a priority, and on panic the kernel stops every processor once, saves its registers once, and then calls the tools in order of priority. kexec on panic would be one of the callbacks.

The saving is not in lines of code. It is that the hard part, stopping a processor which does not want to stop, is written and tested in one place.

Patches for two architectures exist and I can post them, but I should like to hear about the idea first.`,
  },
  {
    key: 'b',
    to: 'a',
    from: 'oskar',
    after: 2,
    text: `
@1

No. A kernel that has panicked is a kernel whose data structures cannot be believed. The list of callbacks is one of those structures. You ask kexec on panic to walk a linked list in memory that may be the very thing that was corrupted.

The design rule for the dump path is that it relies on nothing which it can avoid. We load the second kernel ahead of time, check it, and jump. Each thing we put before the jump is one more thing which can hang.`,
  },
  {
    key: 'c',
    to: 'a',
    from: 'tamsin',
    after: 5,
    text: `
@0

I count the same six, and I would add the hardware watchdog drivers, which also want to know that the machine is being stopped on purpose. We lose about one dump in fifteen because the watchdog fires in the middle of it.

@2

This is the part I agree with most. Whatever becomes of the order of tools, please post the stop code on its own.`,
  },
  {
    key: 'd',
    to: 'b',
    from: 'mirela',
    after: 3,
    text: `
@0

The callbacks can be a fixed array, write-protected after boot, with a checksum. Then walking it needs no more trust than the page which holds the address of the second kernel needs today.

@1

You rely on something already: on the NMI handler, on the per-processor area where registers are saved, and on the interrupt controller. The question is not whether to rely on something but on how much, and who checks it.`,
  },
  {
    key: 'e',
    to: 'd',
    from: 'oskar',
    after: 1,
    text: `
@0

A checksum tells you that the addresses are intact. It tells you nothing of the code behind them. A debugger on that array takes locks, prints to a console, waits for a key. If the console lock is held by the processor that died, the dump is never taken.

@1

On as little as can be, and what there is we want to make smaller. I have a patch that drops the console message before the jump, since a serial port of 9600 baud once cost us eleven seconds there.`,
  },
  {
    key: 'f',
    to: 'e',
    from: 'priyanka',
    after: 9,
    text: `
@^0

Then leave it to the administrator. If he registers a debugger in front of the dump, he gets what he asked for. By default the array is empty, and kexec on panic behaves as it does today, to the instruction.

I look after four hundred machines for a bank. On ten of them I want the debugger first, and I know exactly why. On the others I want the dump and nothing else.`,
  },
  {
    key: 'g',
    to: 'f',
    from: 'oskar',
    after: 4,
    text: `
@0

That sounds harmless, and in two years every distribution ships something in that array, because a vendor asked for it. Then bugs are reported to us that dumps hang, and we shall spend our days in somebody else's callback.

@1

And for ten machines a patch of your own is a fair price.`,
  },
  {
    key: 'h',
    to: 'g',
    from: 'priyanka',
    after: 14,
    text: `
@1

With respect, that is what people say when the price is paid by another. The patch must be ported to each update, certified again and explained to an auditor. I did it five times this year.

@0

Taint the kernel when the array is not empty, and print who registered. You may then close those reports unread.`,
  },
  {
    key: 'i',
    to: 'h',
    from: 'arvid',
    after: 2,
    text: `
@1

Tainting would do for me. We do that for forced module loading, and it has kept the reports honest.`,
  },
  {
    key: 'j',
    to: 'g',
    from: 'wenling',
    after: 7,
    text: `
@0

Could we measure this instead of foretelling it? I have a rig of 24 boards which crash themselves in about forty ways: bad pointers, a smashed stack, held locks, interrupts off, an interrupt storm, memory overwritten at random. It would take a weekend to run both designs.`,
  },
  {
    key: 'k',
    to: 'j',
    from: 'mirela',
    after: 1,
    text: `
@0

Yes please. I shall send you a tree tonight, with an empty array, with one callback that does nothing, and with kdb in front.`,
  },
  {
    key: 'l',
    to: 'k',
    from: 'wenling',
    after: 92,
    text: `
Here are the figures. Each cell counts the dumps that could be read by crash, out of 960 tries.

  variant                     dumps    hangs   second kernel died
  as in mainline                931       17                   12
  empty array                   931       18                   11
  one callback, does nothing    929       19                   12
  kdb in front                  874       75                   11

The first three are the same within what the rig can tell. In the last one 52 of the 75 hangs waited for the console lock.

What surprised me is the last column. Twelve failures have nothing to do with stopping at all: the second kernel did not find a disk, since the controller was in the middle of a transfer when we jumped.`,
  },
  {
    key: 'm',
    to: 'l',
    from: 'oskar',
    after: 3,
    text: `
@2

So a debugger in front loses 57 dumps in 960. Thank you for the figures; this is what I have been saying.

@1

And an empty array costs nothing because it does nothing. The cost comes on the day it is not empty.`,
  },
  {
    key: 'n',
    to: 'l',
    from: 'mirela',
    after: 4,
    text: `
@2

Which kdb can cure, by not taking that lock when it was entered from a panic. I read these figures as follows: the interface costs nothing, and one of its users has a bug that we know the place of.

@3

This is worth a thread of its own. A device shutdown before the jump is precisely what a common interface could offer to those who want it.`,
  },
  {
    key: 'o',
    to: 'n',
    from: 'oskar',
    after: 2,
    text: `
@1

A device shutdown on panic runs driver code in the broken kernel. I could hardly name a thing I want less. Reset the device in the second kernel, where memory is sound.`,
  },
  {
    key: 'p',
    to: 'o',
    from: 'halvard',
    after: 6,
    text: `
@0

Some controllers cannot be reset from a state they were left in by a half-done transfer. I have two here. The data sheet says to cycle the power. The only moment at which one can stop them in good order is before the jump.`,
  },
  {
    key: 'q',
    to: 'p',
    from: 'oskar',
    after: 1,
    text: `
@0

Then those two controllers cannot be dumped to, and the documentation should say so. One does not weaken the design for everybody because of two pieces of hardware.`,
  },
  {
    key: 'r',
    to: 'q',
    from: 'leilani',
    after: 11,
    text: `
@0

It is not two. I went through the drivers we ship: nine storage drivers set a quirk to ignore a reset during initialisation. Perhaps not all need it, but nobody kept a record of why it was added.`,
  },
];
