import { debate } from './debate';
import type { SampleMail } from './mail';
import { Random } from './random';
import { tail } from './tail';

/** The mails written by hand, in order of time. */
export function core(): SampleMail[] {
  return [...debate()].sort((a, b) => a.sentAt - b.sentAt);
}

/**
 * An invented mailing list of exactly `messages` mails: first those written by hand, in order of time (2004-07 to
 * 2009-06), then as many as lack, made up from a stock of words, in order of time too. The same seed gives the same
 * bytes. Holds a few dozen threads at once, so millions of mails can be streamed.
 */
export function* generate({ messages, seed }: { messages: number; seed: number }): Generator<SampleMail> {
  const byHand = core().slice(0, messages);
  yield* byHand;
  yield* tail(messages - byHand.length, new Random(seed));
}
