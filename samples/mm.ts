import { type Draft, wrap } from './mail';
import { PEOPLE } from './people';

/** Announcements of an invented -mm tree, in the field's form: remarks, what left (-), what entered (+), all patches. */
interface Release {
  name: string;
  previous: string;
  at: number;
  remarks: string[];
  left: string[];
  entered: [file: string, title: string][];
  all: [file: string, title: string][];
}

const KEPT: [string, string][] = [
  ['describe-the-kernel-notes.patch', 'describe the kernel: versioned notes'],
  ['describe-the-kernel-log-ring.patch', 'describe the kernel: where the log ring is'],
  ['stop-list-parking.patch', 'stop list: park the processors'],
];
const JUMP: [string, string][] = [
  ['kexec-keep-the-state-of-the-processor-over-a-jump.patch', 'kexec: keep the state of the processor over a jump'],
  [
    'kexec-put-aside-the-memory-that-the-second-kernel-uses.patch',
    'kexec: put aside the memory that the second kernel uses',
  ],
];

const RELEASES: Release[] = [
  {
    name: '2.6.77-mm1',
    previous: '2.6.77-rc5-mm2',
    at: Date.UTC(2008, 5, 3, 6, 40) / 1000,
    remarks: [
      'kexec jump: has a reviewer and a tester for each patch now. I shall keep it here for one release and then send it on, unless somebody finds a laptop that it harms.',
      'stop list: two tools use it, as was asked for. The sysctl still needs a better name.',
      'uswsusp progress display: nobody has looked at it for a month. If nobody does by the next -mm it goes.',
    ],
    left: ['parking-fix-for-processors-parked-twice.patch', 'log-ring-size.patch'],
    entered: JUMP,
    all: [...KEPT, ...JUMP, ['uswsusp-progress-display.patch', 'uswsusp: show how far it has come']],
  },
  {
    name: '2.6.78-rc1-mm1',
    previous: '2.6.77-mm1',
    at: Date.UTC(2008, 6, 1, 7, 5) / 1000,
    remarks: [
      'kexec jump: merged. See the pull request of last week.',
      'uswsusp progress display: dropped, as announced.',
    ],
    left: [...JUMP.map(([file]) => file), 'uswsusp-progress-display.patch'],
    entered: [['jump-notes-for-small-boards.patch', 'kexec jump: notes for small boards']],
    all: [...KEPT, ['jump-notes-for-small-boards.patch', 'kexec jump: notes for small boards']],
  },
];

export function* mmDrafts(): Generator<Draft> {
  yield notice(
    '+ kexec-keep-the-state-of-the-processor-over-a-jump.patch added to -mm tree',
    'kexec: keep the state of the processor over a jump',
    'has been added to the -mm tree.',
    Date.UTC(2008, 4, 30, 20, 1) / 1000,
  );
  for (const release of RELEASES) yield announcement(release);
  yield notice(
    '[merged] kexec-keep-the-state-of-the-processor-over-a-jump.patch removed from -mm tree',
    'kexec: keep the state of the processor over a jump',
    'has been removed from the -mm tree.',
    Date.UTC(2008, 5, 29, 21, 30) / 1000,
    'This patch was dropped because it was merged into mainline or a subsystem tree',
  );
}

function announcement(release: Release): Draft {
  const remarks = release.remarks.map((text) => `- ${wrap(text, 68).replace(/\n/g, '\n  ')}`).join('\n\n');
  const left = release.left.map((file) => `-${file}`).join('\n');
  const entered = release.entered.map(([file, title]) => `+${file}\n\n ${title}`).join('\n\n');
  const all = release.all.map(([file, title]) => `${file}\n  ${title}`).join('\n\n');
  return {
    from: PEOPLE.keeper,
    subject: release.name,
    msgid: `mm-${release.name}@example.org`,
    at: release.at,
    body: `\nhttp://ftp.example.org/pub/sample/people/ansel/patches/${release.name}/\n\n\n${remarks}\n\n\nChanges since ${release.previous}:\n\n${left}\n\n Merged or dropped\n\n${entered}\n\n\nnumber of patches in -mm: ${release.all.length}\n\nAll ${release.all.length} patches:\n\n${all}\n`,
  };
}

function notice(subject: string, title: string, what: string, at: number, reason?: string): Draft {
  const file = /\S+\.patch/.exec(subject)?.[0] ?? '';
  return {
    from: PEOPLE.keeper,
    subject,
    msgid: `mm-notice-${at}@example.org`,
    at,
    body: `\nThe patch titled\n     Subject: ${title}\n${what}  Its filename is\n     ${file}\n${reason ? `\n${reason}\n` : ''}\n------------------------------------------------------\n`,
  };
}
