import type { Random } from '#samples/random';
import { PIECES } from './strings';

type Mutation = (mail: string, random: Random, other: string) => string;

const CHARSETS =
  'utf-8 utf-7 utf-16 utf-16le utf-32 iso-2022-jp iso-2022-kr iso-2022-cn hz-gb-2312 gb18030 big5 euc-jp shift_jis koi8-r windows-1252 windows-9999 unknown-8bit x-user-defined cp437 macintosh "" \u00fc utf-8\0 iso-8859-8-i tis-620 us-ascii;x'.split(
    ' ',
  );
const ENCODINGS =
  '7bit 8bit binary base64 quoted-printable x-uuencode uuencode BASE64 base64;x (c)base64 gzip "" yEnc'.split(' ');
const TYPES = [
  'text/plain',
  'text/html',
  'TEXT/PLAIN',
  'text',
  'text/',
  '/',
  'multipart/mixed',
  'multipart/alternative',
  'multipart/related',
  'multipart/digest',
  'multipart/signed',
  'multipart/',
  'message/rfc822',
  'message/partial; id=1; number=1',
  'message/external-body; access-type=URL; URL="http://x.example.org/"',
  'message/delivery-status',
  'application/octet-stream',
  'application/ms-tnef',
  'text/calendar',
  'text/x-patch',
  'image/svg+xml',
];
const DATES = [
  '',
  'now',
  'Thu, 1 Jan 1970 00:00:00 +0000',
  'Tue, 19 Jan 2038 03:14:08 +0000',
  'Fri, 31 Dec 9999 23:59:59 +9999',
  'Mon, 29 Feb 2023 25:61:61 -2400',
  '32 Foo 20000 1:1',
  '2004-02-30T24:00:00Z',
  '-1 Jan 2000 00:00 +0000',
  'Mon, 1 Jan 00 00:00 EST',
  '\u0661 Jan 2000 00:00:00',
  '99999999999999999999',
];
const BOUNDARIES = ['x', '', ' ', '-', '--', 'x--', '=', '"', 'a'.repeat(300), '.*', 'x\0', '\u00fc', 'x; y=z', '\\'];
const NAMES =
  'From To Cc Subject Date Message-ID In-Reply-To References Content-Type Content-Transfer-Encoding Content-Disposition List-Id Received X-Mailing-List MIME-Version X-Change-ID Supersedes Archived-At User-Agent'.split(
    ' ',
  );

const cutAt = (mail: string) => {
  const at = mail.indexOf('\n\n');
  return at < 0 ? mail.length : at + 1;
};
const head = (mail: string) => mail.slice(0, cutAt(mail));
const body = (mail: string) => mail.slice(cutAt(mail) + 1);
const insert = (mail: string, at: number, text: string) => mail.slice(0, at) + text + mail.slice(at);
const somewhere = (mail: string, random: Random) => random.below(mail.length + 1);
const line = (name: string, value: string) => `${name}: ${value}\n`;
const without = (mail: string, name: string) => mail.replace(new RegExp(`^${name}:.*\n(?:[ \\t].*\n)*`, 'gim'), '');
const bytes = (random: Random, count: number) =>
  Array.from({ length: count }, () => String.fromCharCode(random.below(256))).join('');

function nasty(random: Random): string {
  const piece = random.pick(PIECES).repeat(1 + random.below(random.below(20) ? 12 : 3000));
  return Buffer.from(piece).toString('latin1');
}

/** A value for a header. */
function value(random: Random): string {
  return random.pick<() => string>([
    () => nasty(random).replace(/\n/g, ' '),
    () => nasty(random).replace(/\n/g, '\n '),
    () =>
      `=?${random.pick(CHARSETS)}?${random.pick(['q', 'b', 'x', ''])}?${nasty(random).slice(0, 80).replace(/\n/g, '')}?=`,
    () => `<${bytes(random, random.below(40))}@example.org>`,
    () => Array.from({ length: random.below(300) }, (_, n) => `<r${random.below(50)}.${n}@example.org>`).join('\n '),
    () => random.pick(DATES),
    () =>
      `${random.pick(TYPES)}; charset=${random.pick(CHARSETS)}; boundary="${random.pick(BOUNDARIES)}"; format=flowed; delsp=yes`,
    () => `attachment; filename*0*=utf-8''%ff%; filename*1="${nasty(random).slice(0, 60).replace(/\n/g, '')}"`,
    () => bytes(random, random.below(300)),
    () => '',
  ])();
}

function withHeader(mail: string, name: string, text: string, random: Random): string {
  const kept = random.below(3) ? without(mail, name) : mail;
  return random.below(2) ? line(name, text) + kept : insert(kept, cutAt(kept), line(name, text));
}

/** A body in parts, perhaps deep or unclosed. */
function parts(text: string, random: Random, depth: number): string {
  const boundary = random.pick(BOUNDARIES);
  const leaf = (n: number) =>
    depth > 0 && random.below(2)
      ? parts(text.slice(0, 200), random, depth - 1)
      : `Content-Type: ${random.pick(TYPES)}; charset=${random.pick(CHARSETS)}${random.below(3) ? '' : `; name="p${n}.patch"`}\nContent-Transfer-Encoding: ${random.pick(ENCODINGS)}\n${random.below(4) ? '' : `Content-Disposition: attachment; filename="${bytes(random, 12).replace(/["\r\n]/g, '')}"\n`}\n${text.slice(0, 2000)}`;
  const all = Array.from({ length: 1 + random.below(4) }, (_, n) => `--${boundary}\n${leaf(n)}\n`).join('');
  const type = `Content-Type: multipart/${random.pick(['mixed', 'alternative', 'related', 'signed', 'digest'])}; boundary="${boundary}"`;
  return `${type}\n\n${all}${random.below(3) ? `--${boundary}--\n` : ''}`;
}

function encoded(text: string, encoding: string, random: Random): string {
  if (/base64/i.test(encoding)) {
    const plain = Buffer.from(text, 'latin1').toString('base64').replace(/.{76}/g, '$&\n');
    return random.below(2)
      ? plain
      : insert(plain, somewhere(plain, random), random.pick(['=', '\n\n', '*', '\0', '====']));
  }
  return text.replace(/[=\x80-\xff]/g, (c) => (random.below(20) ? `=${c.charCodeAt(0).toString(16)}` : `=${c}`));
}

/** Each mutation keeps most of the mail, so that later mutations still have an effect. */
const MUTATIONS: Mutation[] = [
  (mail, random) => {
    const found = Buffer.from(mail, 'latin1');
    for (let n = 1 + random.below(8); n > 0; n--) {
      const at = random.below(found.length);
      found[at] = (found[at] ?? 0) ^ (1 << random.below(8));
    }
    return found.toString('latin1');
  },
  (mail, random) => mail.slice(0, somewhere(mail, random)),
  (mail, random) => mail.slice(somewhere(mail, random)),
  (mail, random, other) => mail.slice(0, somewhere(mail, random)) + other.slice(somewhere(other, random)),
  (mail, _, other) => `${head(mail)}\n${body(other)}`,
  (mail, random) => {
    const lines = mail.split('\n');
    lines.splice(random.below(lines.length), 1 + random.below(5));
    return lines.join('\n');
  },
  (mail, random) => {
    const lines = mail.split('\n');
    const at = random.below(lines.length);
    return [...lines.slice(0, at + 1), ...lines.slice(at, at + 1 + random.below(20)), ...lines.slice(at + 1)].join(
      '\n',
    );
  },
  (mail, random) => withHeader(mail, random.pick(NAMES), value(random), random),
  (mail, random) => withHeader(mail, random.pick(NAMES), value(random), random),
  (mail, random) => withHeader(mail, 'Date', random.pick(DATES), random),
  (mail, random) => withHeader(mail, 'Content-Type', `${random.pick(TYPES)}; charset=${random.pick(CHARSETS)}`, random),
  (mail, random) => withHeader(mail, 'Content-Transfer-Encoding', random.pick(ENCODINGS), random),
  (mail, random) => {
    const encoding = random.pick(ENCODINGS);
    const kept = without(head(mail), 'Content-Transfer-Encoding');
    return `${kept}${line('Content-Transfer-Encoding', encoding)}\n${encoded(body(mail), encoding, random)}`;
  },
  (mail, random) => `${without(head(mail), 'Content-Type')}${parts(body(mail), random, random.below(5))}`,
  (mail, random) => {
    let inner = body(mail).slice(0, 500);
    for (let n = random.below(120); n > 0; n--)
      inner = `--b${n}\nContent-Type: multipart/mixed; boundary=b${n - 1}\n\n${inner}`;
    return `${without(head(mail), 'Content-Type')}Content-Type: multipart/mixed; boundary=b${random.below(120)}\n\n${inner}`;
  },
  (mail, random) => insert(mail, somewhere(mail, random), nasty(random)),
  (mail, random) => insert(mail, somewhere(mail, random), bytes(random, random.below(200))),
  (mail, random) => insert(mail, somewhere(mail, random), '\0'.repeat(1 + random.below(20))),
  (mail, random) => mail.replaceAll('\n', random.pick(['\r\n', '\r', '\n\r', '\r\r\n'])),
  (mail, random) => {
    const lines = head(mail).split('\n');
    for (let n = lines.length - 1; n > 0; n--) {
      const m = random.below(n + 1);
      [lines[n], lines[m]] = [lines[m] as string, lines[n] as string];
    }
    return `${lines.join('\n')}\n\n${body(mail)}`;
  },
  (mail) => mail.replace('\n\n', '\n'),
  (mail, random) =>
    `${head(mail)}\n${body(mail)
      .slice(0, 4000)
      .repeat(1 + random.below(random.below(40) ? 3 : 40))}`,
  (mail, random) => mail.replace(/boundary="?[^"\s;]+"?/i, `boundary="${random.pick(BOUNDARIES)}"`),
  (mail, random) => `${line('References', value(random))}${line('In-Reply-To', value(random))}${mail}`,
  (mail, random) =>
    `${without(head(mail), 'Content-Type')}Content-Type: text/html; charset=${random.pick(CHARSETS)}\n\n<p>${body(mail)}${nasty(random)}<a href="${nasty(random).slice(0, 50)}">x</a>`,
];

const NESTED = [
  ...[
    '<div>',
    '<table><tr><td>',
    '<b><i>',
    '<ul><li>',
    '<blockquote><p>',
    '<a href="x">',
    '<div a="</div>">',
    '<svg><g>',
  ],
  ...['> ', '>', '(', '((a)', '[', '<', '"', '{', '=?utf-8?q?', 'Re: ', 'Fwd: [', '--', '<!--', '&amp;', '(a (', '\\('],
];

/** Grows a mail by nesting or repeating a piece of itself or of NESTED, in a header or in its body, as HTML or text. */
export function grow(mail: Buffer, random: Random): Buffer {
  const text = mail.toString('latin1');
  const own = text.slice(somewhere(text, random)).slice(0, 1 + random.below(60));
  const piece = random.below(3) ? random.pick(NESTED) : own;
  const size = [2_000, 8_000, 20_000][random.below(3)] as number;
  const grown = piece.repeat(Math.ceil(size / Math.max(1, piece.length)));
  const place = random.below(4);
  if (place === 0)
    return Buffer.from(withHeader(text, random.pick(NAMES), grown.replace(/\n/g, ' '), random), 'latin1');
  if (place === 1)
    return Buffer.from(
      `${without(head(text), 'Content-Type')}Content-Type: text/html\n\n${grown}${body(text)}`,
      'latin1',
    );
  return Buffer.from(insert(text, cutAt(text) + 1 + random.below(body(text).length + 1), grown), 'latin1');
}

/** Changes a mail one to four times. It may be spliced with `other`. */
export function mutate(mail: Buffer, other: Buffer, random: Random): Buffer {
  let text = mail.toString('latin1');
  const second = other.toString('latin1');
  for (let n = 1 + random.below(4); n > 0; n--) text = random.pick(MUTATIONS)(text, random, second);
  return Buffer.from(text, 'latin1');
}
