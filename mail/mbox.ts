const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (n: number) => String(n).padStart(2, '0');

/**
 * Writes a mail as mboxrd: a `From ` line (RFC 4155, asctime in UTC), the mail with one more `>` before each line that begins with
 * any number of `>` and `From `, and an empty line.
 */
export const toMboxrd = (raw: Buffer, sentAt: number): Buffer => Buffer.concat(mboxrdParts([raw], sentAt));

/** The same for a mail in parts that end at a line's end, such as header and body. The result has views of these parts, not copies. */
export function mboxrdParts(mail: Buffer[], sentAt: number): Buffer[] {
  const date = new Date(sentAt * 1000);
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  const day = `${DAYS[date.getUTCDay()]} ${MONTHS[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2)}`;
  const whole = mail.filter(({ length }) => length > 0);
  const isCut = whole.slice(0, -1).some((part) => part.at(-1) !== 10);
  const lines = isCut ? escaped(Buffer.concat(whole)) : whole.flatMap(escaped);
  const from = Buffer.from(`From mboxrd@z ${day} ${time} ${date.getUTCFullYear()}\n`);
  return [from, ...lines, Buffer.from(whole.at(-1)?.at(-1) === 10 ? '\n' : '\n\n')];
}

const FROM = Buffer.from('From ');

function escaped(raw: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let kept = 0;
  for (let at = raw.indexOf(FROM); at >= 0; at = raw.indexOf(FROM, at + 1)) {
    let start = at;
    while (start > 0 && raw[start - 1] === 62) start--;
    if (start > 0 && raw[start - 1] !== 10) continue;
    parts.push(raw.subarray(kept, start), Buffer.from('>'));
    kept = start;
  }
  parts.push(raw.subarray(kept));
  return parts;
}
