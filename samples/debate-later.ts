import { ENDING } from './debate-ending';
import type { Turn } from './thread';

/** The branches that left the first question behind: devices, the stop code alone, what cannot be saved by an NMI. */
export const LATER: Turn[] = [
  {
    key: 's',
    to: 'r',
    from: 'oskar',
    after: 16,
    text: `
@0

Nine that ignore a reset are nine drivers to repair. I shall gladly test patches for the second kernel. I shall not gladly call nine suspect drivers from a kernel that has just died.`,
  },
  {
    key: 't',
    to: 's',
    from: 'halvard',
    after: 5,
    text: `
@0

Repaired how? The firmware of the card answers no command for the 30 seconds after a broken transfer. A driver can wait, and mine now does. Our customers then ask why a dump takes half a minute to begin.`,
  },
  {
    key: 'u',
    to: 't',
    from: 'casimir',
    after: 8,
    text: `
@0

Half a minute is nothing beside losing the dump. Could the wait be made a parameter which only the second kernel reads? There is a command line for exactly this.`,
  },
  {
    key: 'v',
    to: 'u',
    from: 'halvard',
    after: 22,
    text: `
@0

Done that way in the patch I posted on Friday. Seventeen of eighteen crashes on my two boards are now dumped. The eighteenth was a bad cable.`,
  },
  {
    key: 'w',
    to: 'c',
    from: 'ivo',
    after: 4,
    subject: 'stop code alone (was: one common stop interface for RAS tools)',
    text: `
@1

I second this. The present code sends one interrupt and waits a second, counting down a number that each processor lowers by itself. A processor which is slow to answer lowers it after we gave up, and by then it writes into memory that belongs to the dump.

A sequence number per stop would cure that: whoever answers an old number does nothing.`,
  },
  {
    key: 'x',
    to: 'w',
    from: 'tamsin',
    after: 13,
    text: `
@0

I have seen that. A register set in the dump belonged to a processor which, by the same dump, was somewhere else. We called it a bug in crash for a month.

@1

Elegant. Does it need an atomic operation which the older chips lack?`,
  },
  {
    key: 'y',
    to: 'x',
    from: 'ivo',
    after: 1,
    text: `
@1

No, a plain read suffices. Only one processor ever writes the number, and the others compare it with the one they found in the message.`,
  },
  {
    key: 'z',
    to: 'y',
    from: 'sergei',
    after: 10,
    text: `
@0

Only one as long as two do not panic at the same time. On our 64-way machine they do, about once in thirty crashes: the same bad pointer is met by two of them within a microsecond.`,
  },
  {
    key: 'aa',
    to: 'z',
    from: 'ivo',
    after: 3,
    text: `
@0

Right, then the first to take a flag goes on and the other parks itself as if it had been stopped. It is what the panic path does today, only a few lines too late. I shall move it up.`,
  },
  {
    key: 'ab',
    to: 'aa',
    from: 'sergei',
    after: 19,
    text: `
@0

Parked with its registers saved, please. The second to panic has sometimes the better story to tell.`,
  },
  {
    key: 'ac',
    to: 'w',
    from: 'matthias',
    after: 30,
    text: `
@0

One second is also too short on a virtual machine whose other processors are not scheduled just then. I measured up to 2.7 seconds on a busy host. Could the time be ten seconds where a hypervisor was detected?`,
  },
  {
    key: 'ad',
    to: 'ac',
    from: 'ivo',
    after: 2,
    text: `
@0

Ten seconds is fine by me when nobody waits for them in the good case. The loop ends as soon as everyone has answered.`,
  },
  {
    key: 'ae',
    to: 'ac',
    from: 'oskar',
    after: 3,
    text: `
@0

I have no objection to this one. It puts trust in nothing that was not trusted before; it only waits longer.`,
  },
  {
    key: 'af',
    to: 'b',
    from: 'noriko',
    after: 15,
    subject: 'nlkd and the moment before the jump',
    text: `
@0

I speak for those of us who build nlkd. Our core is a piece of code that was written to run in a machine which cannot be believed. It brings its own memory, its own page tables and its own console driver. It takes no lock of the kernel.

So the argument that a debugger needs the kernel is true of some debuggers. It would be a pity to decide the interface by the worst of them.`,
  },
  {
    key: 'ag',
    to: 'af',
    from: 'oskar',
    after: 5,
    text: `
@0

That is good engineering and I mean it. But then you do not need the kernel to call you either. Be the second kernel: kexec can load nlkd in place of one, and your code can jump on to the dump kernel when it is done.`,
  },
  {
    key: 'ah',
    to: 'ag',
    from: 'noriko',
    after: 9,
    text: `
@0

We tried that in the spring. It works for one half. What is lost is the other direction: a debugger is also entered from a living kernel, and wants to return to it. With kexec there is no way back.

Somebody spoke here of a kexec jump which saves the state and can return. If that were merged, I should withdraw this whole objection.`,
  },
  {
    key: 'ai',
    to: 'ah',
    from: 'wenling',
    after: 20,
    text: `
@1

It is the hibernation people who want this, for a different end. I shall copy you on the next posting. Two users are a better case for it than one.`,
  },
  {
    key: 'aj',
    to: 'ah',
    from: 'zeynep',
    after: 27,
    text: `
@0

Does the way back have to be fast? If a developer sits at the keyboard, half a second does not matter, and then the whole of kexec including the copy of low memory is bearable.`,
  },
  {
    key: 'ak',
    to: 'aj',
    from: 'noriko',
    after: 6,
    text: `
@0

For a person it does not matter. For a conditional breakpoint in an interrupt handler it does: there we come and go some thousand times before the condition is met.`,
  },
  {
    key: 'al',
    to: 'af',
    from: 'thandi',
    after: 33,
    text: `
@1

May I ask which of them are maintained at all? I count kdb, kgdb and nlkd as alive, netdump as replaced by kdump, and lkcd as kept for old machines only. An interface for three users is another thing than one for six.`,
  },
  {
    key: 'am',
    to: 'al',
    from: 'benedikt',
    after: 12,
    text: `
@0

lkcd still has users, although I am perhaps the only one who says so in public. We read dumps of the year 2003 with it every month, since a court wants them.

But to write new ones we moved to kdump, so please do not count us for the interface.`,
  },
  {
    key: 'an',
    to: 'al',
    from: 'delphine',
    after: 18,
    text: `
@0

And kgdb is used by two kinds of people: those who attach it to a machine on the desk, for whom nothing needs to be in any order, and those who attach it to a machine in a rack after it died. I know of four of the second kind.`,
  },
  {
    key: 'ao',
    to: 'e',
    from: 'ruaridh',
    after: 40,
    absent: true,
    text: `
I went and read the code of the six tools for what they take from the kernel after a panic. The console lock is taken by two, memory is allocated by one, and the list of modules is walked by five.

The list of modules seems to me the worst, and nobody has named it yet.`,
  },
  {
    key: 'ap',
    to: 'ao',
    from: 'adaeze',
    after: 6,
    text: `
@1

For us this was the cause of three lost dumps out of nine. A module was being unloaded when the machine died, and the list pointed to a page that was gone. A bounded walk which checks each pointer against the range of module memory would have survived all three.`,
  },
  {
    key: 'aq',
    to: 'ap',
    from: 'rangi',
    after: 7,
    text: `
@0

How long was your bound? I ask as we have a machine with 311 modules.`,
  },
  {
    key: 'ar',
    to: 'aq',
    from: 'adaeze',
    after: 5,
    text: `
@0

1024, chosen for no better reason than that it is a page of pointers on the small machines.`,
  },
  {
    key: 'as',
    to: 'ao',
    from: 'oskar',
    after: 9,
    text: `
@0

Thank you for reading all that. The allocation has to go whatever we decide; may I have the name of the tool in private, so that this does not become a contest?`,
  },
  ...ENDING,
];
