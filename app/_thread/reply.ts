import { idArgument, shellWord } from '../_ui/format';

/** What a reply needs from the mail that it answers. */
export interface Answered {
  msgid: string;
  subject: string;
  /** Addresses without names, as the mail has them; the first of Reply-To, else who wrote it. */
  to: string;
  cc: string[];
  /** `On ..., NAME wrote:` */
  attribution: string;
  text: string;
}

const ADDRESS = /[^\s<>,;:"()]{1,200}@[^\s<>,;:"()]{1,200}/g;
/** Most recipients in the commands; the mail has the others. */
const MAX_CC = 60;

/** The recipients of a reply to all: Reply-To or the author; everybody else in Cc, each once. */
export function recipientsOf(author: string, headers: { name: string; value: string }[]): { to: string; cc: string[] } {
  const of = (name: string) =>
    headers.filter((header) => header.name.toLowerCase() === name).flatMap(({ value }) => value.match(ADDRESS) ?? []);
  const to = of('reply-to')[0] ?? author;
  const seen = new Set([to.toLowerCase()]);
  const cc: string[] = [];
  for (const address of [...of('to'), ...of('cc')]) {
    if (seen.has(address.toLowerCase())) continue;
    seen.add(address.toLowerCase());
    cc.push(address);
  }
  return { to, cc: cc.slice(0, MAX_CC) };
}

const replySubject = (subject: string) => (/^re:/i.test(subject) ? subject : `Re: ${subject}`);

/** A mailto: longer than this is cut or refused by mail programs and systems that take it over a command line. */
const MAX_MAILTO = 1900;

/** A `mailto:` (RFC 6068) with Cc, Subject and In-Reply-To; the body quotes the mail if all of it fits. */
export function mailtoOf({ msgid, subject, to, cc, attribution, text }: Answered): string {
  const fields: [string, string][] = [
    ['In-Reply-To', `<${msgid}>`],
    ...(cc.length ? ([['Cc', cc.join(',')]] as [string, string][]) : []),
    ['Subject', replySubject(subject).replace(/\s+/g, ' ')],
  ];
  const href = (all: [string, string][]) =>
    `mailto:${encodeURIComponent(to)}?${all.map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`).join('&')}`;
  const plain = href(fields);
  if (text.length > MAX_MAILTO) return plain;
  const quoted = [
    attribution,
    ...text
      .trimEnd()
      .split('\n')
      .map((line) => (line.startsWith('>') ? `>${line}` : `> ${line}`)),
  ];
  const whole = href([...fields, ['Body', `${quoted.join('\r\n')}\r\n\r\n`]]);
  return whole.length <= MAX_MAILTO ? whole : plain;
}

/** The shell command that sends a file as the reply. Every word is quoted, as it comes from a stranger's mail. */
export function sendEmailOf({ msgid, to, cc }: Pick<Answered, 'msgid' | 'to' | 'cc'>): string {
  const lines = [`--in-reply-to=<${msgid}>`, `--to=${to}`].map(shellWord);
  if (cc.length) lines.push(cc.map((address) => shellWord(`--cc=${address}`)).join(' '));
  return ['git send-email', ...lines, '/path/to/YOUR_REPLY'].join(' \\\n  ');
}

/** The commands that fetch and apply a patch, or fetch the thread. */
export function fetchCommands(msgid: string): { words: string; command: string }[] {
  const id = shellWord(idArgument(msgid));
  return [
    { words: 'get the series', command: `b4 am ${id}` },
    { words: 'apply it', command: `b4 am -o - ${id} | git am -3` },
    { words: 'get the thread', command: `b4 mbox ${id}` },
  ];
}
