import { randomBytes } from 'node:crypto';

export const MAILS = 60;
export const LINES = 3000;

const WORDS = Array.from({ length: 256 * 64 }, () => randomBytes(6).toString('base64url'));

/**
 * A thread of 60 mails of 300 KB. They compress to a third, like real mail: gzip then reads more than it can write, and
 * data pile up when a client stalls and disconnects.
 */
export function largeThread(): string {
  const random = randomBytes(MAILS * LINES * 10 * 2);
  let at = 0;
  const word = () => {
    at += 2;
    return WORDS[(random[at - 2] as number) * 64 + ((random[at - 1] as number) >> 2)];
  };
  const mails = Array.from({ length: MAILS }, (_, n) => {
    const words = Array.from({ length: LINES }, () => Array.from({ length: 10 }, word).join(' ')).join('\n');
    return [
      'From mboxrd@z Thu Jan  1 00:00:00 1970',
      `From: Ann Example <ann@example.org>`,
      'To: large@example.org',
      `Subject: ${n ? 'Re: ' : ''}a large thread`,
      `Message-ID: <large-${n}@example.org>`,
      ...(n ? ['In-Reply-To: <large-0@example.org>'] : []),
      `Date: Wed, 28 Jul 2004 10:${String(n).padStart(2, '0')}:00 +0000`,
      '',
      `needle ${words}`,
      '',
    ].join('\n');
  });
  return mails.join('\n');
}
