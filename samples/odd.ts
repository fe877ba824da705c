import { readdirSync, readFileSync } from 'node:fs';
import type { SampleMail } from './mail';

/** `../samples/` from here and from the bundle in dist/. */
const FOLDER = new URL('../samples/odd/', import.meta.url);

/** Seconds from the sending of a mail to the time in its `Received:` header. */
const ON_THE_WAY = 40;

/**
 * Mails that are broken, odd or hostile in ways found in archives, byte for byte from samples/odd/; the name of a file says what is
 * odd. Their order is that of the names. `twice` comes again half a minute later.
 */
export function* oddMails(): Generator<SampleMail> {
  for (const name of readdirSync(FOLDER).sort()) {
    const raw = readFileSync(new URL(name, FOLDER));
    const received = /^Received: .*; (.+)$/m.exec(raw.toString('latin1'))?.[1] ?? '';
    const sentAt = Date.parse(received) / 1000 - ON_THE_WAY;
    if (!Number.isFinite(sentAt)) throw new Error(`samples/odd/${name}: its first Received: header has no date`);
    yield { raw, sentAt };
    if (/^\d+-twice\.eml$/.test(name)) yield { raw, sentAt: sentAt + 30 };
  }
}
