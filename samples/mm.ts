import { type SampleMail, SECOND_LIST, wrap, write } from './mail';
import { PEOPLE } from './people';

type Entry = readonly [file: string, title: string];

/** An announcement of the -mm tree in its usual form: remarks, what left (-), what entered (+), all patches. */
interface Release {
  name: string;
  previous: string;
  at: number;
  remarks: string[];
  left: string[];
  entered: Entry[];
  all: Entry[];
}

const KEPT: Entry[] = [
  ['stop-number-each-stop.patch', 'stop: number each stop of the processors'],
  ['stop-park-the-second-to-panic.patch', 'stop: park the second processor to panic'],
  ['stop-wait-longer-under-a-hypervisor.patch', 'stop: wait longer under a hypervisor'],
  ['swsusp-refuse-a-disk-mounted-meanwhile.patch', 'swsusp: refuse a disk that was mounted meanwhile'],
];
const JUMP: Entry[] = [
  ['kexec-add-an-entry-that-comes-back.patch', 'kexec: add an entry that comes back'],
  ['x86-exchange-pages-where-kexec-copied-them.patch', 'x86: exchange pages where kexec copied them'],
];
const DISPLAY: Entry = ['uswsusp-progress-display.patch', 'uswsusp: show how far it has come'];
const REGIONS: Entry = ['kexec-keep-a-list-of-regions-to-be-saved.patch', 'kexec: keep a list of regions to be saved'];

const RELEASES: Release[] = [
  {
    name: '2.6.76-rc6-mm2',
    previous: '2.6.76-rc6-mm1',
    at: Date.UTC(2008, 5, 17, 6, 40) / 1000,
    remarks: [
      'kexec jump is here for the first time. It compiles on the four machines I have, and I jumped on one of them.',
      'The stop patches stay. Two people have tested them, one of them on purpose.',
      'Nobody has looked at the progress display of uswsusp for a month. If nobody does by the next -mm, it goes.',
    ],
    left: ['kdump-print-less-before-the-jump.patch', 'lkcd-remove-a-stale-header.patch'],
    entered: JUMP,
    all: [...KEPT, ...JUMP, DISPLAY],
  },
  {
    name: '2.6.77-rc1-mm1',
    previous: '2.6.76-rc6-mm2',
    at: Date.UTC(2008, 6, 30, 7, 5) / 1000,
    remarks: [
      'kexec jump: the first two patches went to mainline by way of another tree. The table of regions came in, so that its size can be argued about here.',
      'The progress display is gone, as announced.',
    ],
    left: [...JUMP.map(([file]) => file), DISPLAY[0]],
    entered: [REGIONS],
    all: [...KEPT, REGIONS],
  },
];

const HOUR = 3600;

/** Two announcements, and the short mails about each patch that enters or leaves (these only on the second list). */
export function mm(): SampleMail[] {
  return RELEASES.flatMap((release) => [
    ...release.entered.map((entry, i) =>
      notice(entry, `+ ${entry[0]} added to -mm tree`, release.at - (9 - i) * HOUR, ''),
    ),
    ...release.left.map((file, i) => dropped(file, release.at - (5 - i) * HOUR)),
    ...announcement(release),
  ]);
}

function dropped(file: string, at: number): SampleMail {
  const title =
    [...JUMP, DISPLAY].find((entry) => entry[0] === file)?.[1] ?? file.replace('.patch', '').replaceAll('-', ' ');
  const merged = JUMP.some((entry) => entry[0] === file);
  const reason = `This patch was dropped because ${merged ? 'it was merged into mainline or a subsystem tree' : 'nobody spoke for it'}`;
  return notice([file, title], `[${merged ? 'merged' : 'obsolete'}] ${file} removed from -mm tree`, at, reason);
}

function announcement({ name, previous, at, remarks, left, entered, all }: Release): SampleMail[] {
  const rows = all.map(([file, title]) => `${file}\n  ${title}`);
  const body = [
    `Here is ${name}. It boots on what I have.`,
    remarks.map((text) => `- ${wrap(text, 68).replaceAll('\n', '\n  ')}`).join('\n\n'),
    `\nChanges since ${previous}:\n`,
    left.map((file) => `-${file}`).join('\n'),
    ' Merged into mainline or a subsystem tree, or dropped',
    entered.map(([file, title]) => `+${file}\n\n ${title}`).join('\n\n'),
    `\nAll ${all.length} patches:\n`,
    rows.join('\n'),
  ].join('\n\n');
  const draft = { from: PEOPLE.keeper, subject: name, msgid: `announce.${name}.ansel@example.org`, at, body };
  const cc = { Cc: SECOND_LIST.address };
  return [write({ ...draft, headers: cc }), write({ ...draft, headers: cc, list: SECOND_LIST })];
}

function notice([file, title]: Entry, subject: string, at: number, reason: string): SampleMail {
  const verb = reason ? 'has been removed from' : 'has been added to';
  const body = `The patch titled
     Subject: ${title}
${verb} the -mm tree.  Its filename is
     ${file}
${reason && `\n${reason}\n`}
------------------------------------------------------
Subject: ${title}
From: ${PEOPLE.wenling.name} <${PEOPLE.wenling.address}>

Part of what was discussed on the list; see the thread there.
`;
  const msgid = `mm-commits.${at.toString(36)}.ansel@example.org`;
  return write({ from: PEOPLE.keeper, subject, msgid, at, body, list: SECOND_LIST, to: [PEOPLE.wenling] });
}
