const ESCAPED = Buffer.from('>From ');
const MBOXRD = Buffer.from('From mboxrd@z ');
const QUOTE = 0x3e;
const LINE_END = 10;

/** Whether this is the `From ` line of public-inbox, lei and b4, which is the only sign that a file is mboxrd. */
export function saysMboxrd(fromLine: Buffer): boolean {
  return fromLine.subarray(0, MBOXRD.length).equals(MBOXRD);
}

/**
 * Removes one `>` from body lines that begin with `>From `; with `all`, also from lines with more of them.
 *
 * In general it is unknown whether a file is mboxo or mboxrd: `>>From ` may be mboxrd's escape of `>From `, or, in mboxo, a quotation of
 * an escaped line. They differ only in those lines. So `all` is for mails whose `From ` line says mboxrd; otherwise only a
 * single `>From ` loses its mark, which is right in both forms.
 * Headers are not changed: some contain a relay's `>From ` line.
 */
export function unescapeFrom(mail: Buffer, all: boolean): Buffer {
  if (mail.indexOf(ESCAPED) < 0) return mail;
  const body = bodyStart(mail);
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = mail.indexOf(ESCAPED, body); at >= 0; at = mail.indexOf(ESCAPED, at + ESCAPED.length)) {
    let start = at;
    while (all && start > body && mail[start - 1] === QUOTE) start--;
    if (start > 0 && mail[start - 1] !== LINE_END) continue;
    parts.push(mail.subarray(from, start));
    from = start + 1;
  }
  return parts.length ? Buffer.concat([...parts, mail.subarray(from)]) : mail;
}

/** The position after the empty line that ends the header; the mail's length if there is none. */
export function bodyStart(mail: Buffer): number {
  for (let at = mail.indexOf(LINE_END); at >= 0; at = mail.indexOf(LINE_END, at + 1)) {
    if (mail[at + 1] === LINE_END) return at + 2;
    if (mail[at + 1] === 13 && mail[at + 2] === LINE_END) return at + 3;
  }
  return mail.length;
}
