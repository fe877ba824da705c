import type { SampleMail } from './mail';
import { mm } from './mm';
import { oddMails } from './odd';
import { Random } from './random';
import { series } from './series';
import { tail } from './tail';
import { writtenThreads } from './texts';

/** The hand-written mails, in order of time. */
function core(): SampleMail[] {
  return [...writtenThreads(), ...series(), ...mm(), ...oddMails()].sort((a, b) => a.sentAt - b.sentAt);
}

/**
 * An invented mailing list of exactly `messages` mails: first the hand-written ones, in order of time (2004-07 to
 * 2009-07), then as many as are missing, generated from a stock of words, a thread at a time. The same seed gives the same
 * bytes, and millions of mails can be streamed.
 */
export function* generate({ messages, seed }: { messages: number; seed: number }): Generator<SampleMail> {
  const byHand = core().slice(0, messages);
  yield* byHand;
  yield* tail(messages - byHand.length, new Random(seed));
}
