import type { PEOPLE } from './people';

/** An answer to a patch of a version (0: to its cover letter), or to an earlier answer of that version (`to`). */
export interface Answer {
  version: number;
  patch: number;
  to?: number;
  from: keyof typeof PEOPLE;
  hours: number;
  /** The first line of the parent that holds this is quoted. */
  quote: string;
  text: string;
  trailers?: string[];
}

/** What each cover letter says. */
export const NEWS: readonly string[] = [
  `This is a request for comments, not for merging.

With kexec one can load a second kernel and jump to it. These patches let
the second one jump back. A kernel which wakes in the morning can then be a
kernel that another one read from the disk, and the one that writes the
image to the disk runs in memory which is not part of the image.

Tested on one laptop with a 32-bit processor, some forty times.`,
  `Second try. The memory that the second kernel works in is now exchanged
page by page, where the first version copied it twice.

Changes since v1:
 - refuse to jump when nothing is loaded (Ivo)
 - keep the register that the copy loop spoiled (Сергей)
 - export the function that saves a region`,
  `Not an RFC any more, since three of you run it every day.

Changes since v2:
 - the entry takes flags, so that it need not change its name later
 - 32 regions in place of 8 (Leilani)
Changes since v1:
 - see the second posting`,
  `v4: an exchange that fails is noticed and given up before the jump, which
cures the hang that Zeynep saw.

Changes since v3:
 - patch 2 is the one of v3.1
 - patches 1, 3 and 4 as they were, with reviews collected`,
  `v5: one sentence more in the documentation, and rebased. I hope that this
is the last one.

Changes since v4:
 - say in the documentation which memory must be left alone (Noriko)
 - no change in the code`,
];

export const ANSWERS: readonly Answer[] = [
  {
    version: 1,
    patch: 0,
    from: 'casimir',
    hours: 5,
    quote: 'the one that writes the',
    text: 'I maintain the code that you would replace, so take this with salt: I like it. Today the kernel saves itself while standing on what it saves, and half of my bug reports come from that.',
  },
  {
    version: 1,
    patch: 0,
    to: 0,
    from: 'benedikt',
    hours: 7,
    quote: 'half of my bug reports',
    text: 'And the other half come from drivers which do not wake up. These patches change nothing about those; I should not like anybody to expect it.',
  },
  {
    version: 1,
    patch: 1,
    from: 'ivo',
    hours: 20,
    quote: 'local_irq_disable',
    text: 'If no image was loaded this jumps to address zero. I tried it, for science.',
  },
  {
    version: 1,
    patch: 2,
    from: 'sergei',
    hours: 26,
    quote: 'movl\t$1024',
    text: 'Your new function spoils a register that the loop above still needs. It happens to work as long as the image is smaller than four megabytes.',
  },
  {
    version: 2,
    patch: 3,
    from: 'leilani',
    hours: 9,
    quote: '#define SAVE_REGIONS',
    text: 'Eight is too few. The firmware of our servers reports up to 22 pieces of usable memory.',
  },
  {
    version: 2,
    patch: 0,
    from: 'oskar',
    hours: 11,
    quote: 'exchanged',
    text: 'For the panic path I must refuse this. If the entry of a crash kernel ever goes through the freezing of devices, we lose dumps. As long as both entries stay apart I have nothing against it.',
    trailers: ['Nacked-by'],
  },
  {
    version: 2,
    patch: 0,
    to: 1,
    from: 'wenling',
    hours: 6,
    quote: 'As long as both entries',
    text: 'They stay apart. The crash entry is not touched by any line of this series, and patch 1 says so from the next version on.',
  },
  {
    version: 3,
    patch: 1,
    from: 'ivo',
    hours: 14,
    quote: 'unsigned int flags',
    text: 'Much better than a second name for each variant.',
    trailers: ['Reviewed-by'],
  },
  {
    version: 3,
    patch: 2,
    from: 'zeynep',
    hours: 31,
    quote: 'swap_page',
    text: 'With this one my desktop hangs one time in twelve on the way back. Without it I cannot come back at all, so I do not know whether to complain.',
  },
  {
    version: 3,
    patch: 2,
    to: 1,
    from: 'wenling',
    hours: 18,
    quote: 'one time in twelve',
    text: 'Please do complain. How much memory has it, and does it hang sooner when a film is playing? I suspect a page that is exchanged while a transfer still writes to it.',
  },
  {
    version: 3,
    patch: 2,
    to: 2,
    from: 'zeynep',
    hours: 9,
    quote: 'does it hang sooner',
    text: 'Two gigabytes, and yes: with a film it is one time in three.',
  },
  {
    version: 4,
    patch: 2,
    from: 'zeynep',
    hours: 50,
    quote: 'jnz\t2f',
    text: 'Two hundred times without a hang, sixty of them with a film.',
    trailers: ['Tested-by'],
  },
  {
    version: 4,
    patch: 3,
    from: 'casimir',
    hours: 33,
    quote: 'return -ENOSPC',
    text: 'Fine for my part. The code that is there today can use the same table, which I shall send on top of this.',
    trailers: ['Acked-by'],
  },
  {
    version: 4,
    patch: 4,
    from: 'noriko',
    hours: 41,
    quote: 'Devices are frozen',
    text: 'One thing is missing here: what the second kernel is allowed to write to. I guessed wrong and lost an evening.',
  },
  {
    version: 5,
    patch: 0,
    from: 'rangi',
    hours: 12,
    quote: 'the last one',
    text: 'Twelve machines of ours slept over the weekend with it, and twelve awoke.',
    trailers: ['Tested-by'],
  },
  {
    version: 5,
    patch: 4,
    from: 'noriko',
    hours: 15,
    quote: 'must not be touched',
    text: 'This is the sentence I needed. And with it I keep my word and withdraw what I said about nlkd in November.',
    trailers: ['Reviewed-by', 'Acked-by'],
  },
  {
    version: 5,
    patch: 3,
    from: 'thandi',
    hours: 60,
    quote: '#define SAVE_REGIONS',
    text: 'Is 32 enough for the machines with memory in four nodes? Ours reports 37 pieces when all slots are filled.',
  },
];
