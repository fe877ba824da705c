import { scanHeaders, WantedHeaders } from '#mail/header';

/** Usenet headers that the server writes (RFC 5536, 3.1.4, 3.1.5, 3.2.14); those of a mail from a gateway are left out. */
const OURS = new Set(['path', 'newsgroups', 'xref', 'lines']);
const PART_BYTES = 256 * 1024;
const [LF, CR, DOT] = [10, 13, 46];

/** A Message-ID as responses and headers have it: one word in angle brackets (RFC 3977, 3.6). */
export const idOf = (msgid: string): string => `<${msgid.replace(/[\0-\x20\x7f<>]/g, '_')}>`;

/**
 * Headers of an article: those of the mail, byte for byte, with one Message-ID (its name spelled as there) on one line, and those that Usenet requires,
 * without the empty line at the end.
 */
export function articleHead(head: Buffer, msgid: string, extra: Record<string, string>): Buffer {
  const text = head.toString('latin1').replace(/^From [^\n]*\n/, '');
  const fields = text.split(/\n(?![ \t])/).map((field) => field.replace(/\r$/, ''));
  const lines: string[] = [];
  const id = latin1(idOf(msgid));
  let isNamed = false;
  for (const field of fields) {
    if (!field.trim()) continue;
    const name = field
      .slice(0, Math.max(0, field.indexOf(':')))
      .trimEnd()
      .toLowerCase();
    if (OURS.has(name)) continue;
    if (name !== 'message-id') lines.push(field);
    else {
      const other = field
        .slice(field.indexOf(':') + 1)
        .replace(/\s+/g, ' ')
        .trim();
      if (!isNamed) lines.push(`${field.slice(0, 'message-id'.length)}: ${id}`);
      if (other && other !== id) lines.push(`X-Alt-Message-ID: ${other}`);
      isNamed = true;
    }
  }
  if (!isNamed) lines.push(`Message-ID: ${id}`);
  for (const [name, value] of Object.entries(extra)) lines.push(`${name}: ${latin1(value)}`);
  return Buffer.from(`${lines.join('\n')}\n`, 'latin1');
}

const latin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

/**
 * Bytes as a multi-line response sends them (RFC 3977, 3.1.1): lines end with CRLF, a dot at a line's beginning is doubled, and a line
 * with a dot ends it. In parts, each made when the last one has been read.
 */
export function* dotted(buffers: Iterable<Buffer>): Generator<Buffer> {
  let isLineStart = true;
  let last = 0;
  for (const buffer of buffers)
    for (let at = 0; at < buffer.length; at += PART_BYTES) {
      const part = buffer.subarray(at, at + PART_BYTES);
      const out = Buffer.allocUnsafe(2 * part.length);
      let length = 0;
      for (const byte of part) {
        if ((byte === LF && last !== CR) || (byte === DOT && isLineStart)) out[length++] = byte === LF ? CR : DOT;
        out[length++] = byte;
        isLineStart = byte === LF;
        last = byte;
      }
      yield out.subarray(0, length);
    }
  yield Buffer.from(`${isLineStart ? '' : '\r\n'}.\r\n`, 'latin1');
}

/** The value of a header in an overview (RFC 3977, 8.3.2): unfolded, and without characters that would end a field. */
export const fieldOf = (value: string): string => value.replace(/[\0\t\r\n]/g, ' ');

const OVERVIEW = new WantedHeaders(new Set(['subject', 'from', 'date', 'references']));

/** Subject, From, Date and References as in the mail; each byte is one character. */
export function overviewOf(head: Buffer): string[] {
  const headers = scanHeaders(head, OVERVIEW);
  return ['subject', 'from', 'date', 'references'].map((name) => fieldOf(headers.first(name) ?? ''));
}

/** The first value of a header, which is what HDR gives (RFC 3977, 8.5.2). */
export function headerOf(head: Buffer, name: string): string {
  return fieldOf(scanHeaders(head, new WantedHeaders(new Set([name.toLowerCase()]))).first(name.toLowerCase()) ?? '');
}
