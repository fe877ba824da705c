import { readdirSync, readFileSync } from 'node:fs';
import { type SampleMail, SECOND_LIST, write } from './mail';
import { PEOPLE } from './people';

/** `../samples/` from here and from the bundle in dist/. */
const FOLDER = new URL('../samples/mm/', import.meta.url);

const HOUR = 3600;

interface Patch {
  file: string;
  title: string;
}

/** An announcement of the -mm tree, and what it says about patches. */
interface Release {
  name: string;
  at: number;
  body: string;
  left: string[];
  added: Patch[];
  all: Patch[];
}

/**
 * Announcements of the -mm tree on both lists, and short mails about each patch that enters or leaves it on the second list.
 * Each file of samples/mm/ is an announcement in its usual form, below the time at which it was sent (`# 2008-06-17 06:40`, UTC).
 * The name of the file is that of the release.
 */
export function mm(): SampleMail[] {
  const releases = readdirSync(FOLDER).sort().map(readRelease);
  return releases.flatMap((release, n) => [
    ...noticesOf(release, releases.slice(0, n)),
    announcement(release),
    announcement(release, SECOND_LIST),
  ]);
}

function readRelease(file: string): Release {
  const text = readFileSync(new URL(file, FOLDER), 'utf8');
  const [, day, time] = /^# (\S+) (\S+)\n/.exec(text) ?? [];
  if (!time) throw new Error(`samples/mm/${file}: the first line must be a time, such as # 2008-06-17 06:40`);
  const body = text.slice(text.indexOf('\n') + 1);
  const patches = (form: RegExp) =>
    [...body.matchAll(form)].map(([, name = '', title = '']) => ({ file: name, title }));
  return {
    name: file.replace(/\.txt$/, ''),
    at: Date.parse(`${day}T${time}:00Z`) / 1000,
    body,
    left: patches(/^-(\S+\.patch)$/gm).map((patch) => patch.file),
    added: patches(/^\+(\S+\.patch)\n\n (.+)$/gm),
    all: patches(/^(\w\S*\.patch)\n {2}(.+)$/gm),
  };
}

function noticesOf({ added, left, at }: Release, earlier: Release[]): SampleMail[] {
  const titles = new Map(earlier.flatMap(({ all }) => all.map(({ file, title }) => [file, title])));
  return [
    ...added.map((patch, i) => notice(patch, `+ ${patch.file} added to -mm tree`, at - (9 - i) * HOUR, '')),
    ...left.map((file, i) => {
      const title = titles.get(file) ?? file.replace('.patch', '').replaceAll('-', ' ');
      // A patch that one of these releases added was merged when it leaves; the others were given up.
      const isMerged = earlier.some((release) => release.added.some((patch) => patch.file === file));
      const reason = `This patch was dropped because ${isMerged ? 'it was merged into mainline or a subsystem tree' : 'nobody spoke for it'}`;
      const subject = `[${isMerged ? 'merged' : 'obsolete'}] ${file} removed from -mm tree`;
      return notice({ file, title }, subject, at - (5 - i) * HOUR, reason);
    }),
  ];
}

const announcement = ({ name, at, body }: Release, list?: typeof SECOND_LIST): SampleMail =>
  write({
    from: PEOPLE.keeper,
    subject: name,
    msgid: `announce.${name}.ansel@example.org`,
    at,
    body,
    headers: { Cc: SECOND_LIST.address },
    ...(list ? { list } : {}),
  });

function notice({ file, title }: Patch, subject: string, at: number, reason: string): SampleMail {
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
