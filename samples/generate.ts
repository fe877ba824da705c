import { brokenMails } from './broken';
import { debate } from './debate';
import { HIBERNATION } from './hibernation';
import { type SampleMail, SECOND_LIST, write } from './mail';
import { mmDrafts } from './mm';
import { Random } from './random';
import { series } from './series';
import { tail } from './tail';
import { writeTalk } from './talk';

/** The mails written by hand, in order of time. */
function core(): SampleMail[] {
  const mails = [...debate(), ...series()];
  for (const { mail, draft, key } of writeTalk(HIBERNATION)) {
    mails.push(mail);
    // The question went to two lists.
    if (key === 'root') mails.push(write({ ...draft, list: SECOND_LIST }));
  }
  for (const draft of mmDrafts()) mails.push(write({ ...draft, list: SECOND_LIST }));
  mails.push(...brokenMails());
  return mails.sort((a, b) => a.sentAt - b.sentAt);
}

/**
 * An invented mailing list of exactly `messages` mails: first those written by hand, in order of time (2004-07 to
 * 2009-06), then as many as lack, made up from a stock of words, a thread at a time. The same seed gives the same bytes,
 * and millions of mails can be streamed.
 */
export function* generate({ messages, seed }: { messages: number; seed: number }): Generator<SampleMail> {
  const byHand = core().slice(0, messages);
  yield* byHand;
  yield* tail(messages - byHand.length, new Random(seed));
}
