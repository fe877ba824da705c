import type { Invented } from './people';

/** One mail of the sample archive, as an mbox holds it. */
export interface SampleMail {
  raw: Buffer;
  /** Unix seconds. */
  sentAt: number;
}

export const LIST = {
  name: 'threadline-sample',
  address: 'threadline-sample@lists.example.org',
  id: 'threadline-sample.example.org',
};
export const SECOND_LIST = { name: 'sample-mm', address: 'sample-mm@lists.example.org', id: 'sample-mm.example.org' };

export interface Draft {
  from: Invented;
  subject: string;
  /** Without angle brackets. */
  msgid: string;
  at: number;
  body: string;
  /** Message-IDs from the root to the parent. */
  references?: string[];
  to?: Invented[];
  cc?: Invented[];
  list?: typeof LIST;
  /** More header lines; they replace the usual ones of the same name. */
  headers?: Record<string, string>;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (n: number) => String(n).padStart(2, '0');

/** RFC 5322 date in the author's zone. */
function mailDate(at: number, zone: number): string {
  const date = new Date((at + zone * 60) * 1000);
  const sign = zone < 0 ? '-' : '+';
  const offset = Math.abs(zone);
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  return `${DAYS[date.getUTCDay()]}, ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()} ${time} ${sign}${two(Math.floor(offset / 60))}${two(offset % 60)}`;
}

/** Encoded by RFC 2047 if the text is not ASCII. */
function encodeWord(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  // 12 characters are at most 48 bytes of UTF-8: an encoded word may have 75 characters (RFC 2047, section 2).
  const pieces = [...text].reduce<string[]>((all, char, i) => {
    if (i % 12 === 0) all.push(char);
    else all[all.length - 1] += char;
    return all;
  }, []);
  return pieces.map((piece) => `=?utf-8?B?${Buffer.from(piece).toString('base64')}?=`).join('\n ');
}

const mailbox = ({ name, address }: Invented) =>
  `${/^[\x20-\x7e]*$/.test(name) ? name : encodeWord(name)} <${address}>`;

/** Writes a mail, with a header that says it is synthetic. */
export function write(draft: Draft): SampleMail {
  const list = draft.list ?? LIST;
  const references = draft.references ?? [];
  const headers: Record<string, string | null> = {
    Received: `from mail.example.org by lists.example.org; ${mailDate(draft.at + 40, 0)}`,
    From: mailbox(draft.from),
    To: draft.to?.length ? draft.to.map(mailbox).join(', ') : list.address,
    Cc: [...(draft.cc ?? []).map(mailbox), ...(draft.to?.length ? [list.address] : [])].join(',\n\t') || null,
    Subject: encodeWord(draft.subject),
    Date: mailDate(draft.at, draft.from.zone),
    'Message-ID': `<${draft.msgid}>`,
    'In-Reply-To': references.length ? `<${references.at(-1)}>` : null,
    References: references.length ? references.map((id) => `<${id}>`).join('\n\t') : null,
    'List-Id': `<${list.id}>`,
    'X-Threadline-Synthetic': 'yes',
    'MIME-Version': '1.0',
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Transfer-Encoding': '8bit',
    ...draft.headers,
  };
  const lines = Object.entries(headers).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]));
  const body = Buffer.from(draft.body.endsWith('\n') ? draft.body : `${draft.body}\n`);
  return { raw: Buffer.concat([Buffer.from(`${lines.join('\n')}\n\n`), body]), sentAt: draft.at };
}

/** Quotes some lines below an attribution. */
export function quote(who: Invented, at: number, text: string): string {
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '>' : line.startsWith('>') ? `>${line}` : `> ${line}`));
  return `On ${mailDate(at, who.zone)}, ${who.name} wrote:\n${lines.join('\n')}\n`;
}

/** Breaks a paragraph at 72 columns. */
export function wrap(text: string, width = 72): string {
  return text
    .split('\n\n')
    .map((paragraph) => {
      const lines: string[] = [];
      let line = '';
      for (const word of paragraph.split(/\s+/)) {
        if (line && line.length + word.length + 1 > width) {
          lines.push(line);
          line = word;
        } else line = line ? `${line} ${word}` : word;
      }
      return [...lines, line].join('\n');
    })
    .join('\n\n');
}
