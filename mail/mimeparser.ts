import { type ParsedMail, type SimpleParserOptions, simpleParser } from 'mailparser';

/** Turns of the event loop that a parse may take, besides one for each byte: it waits for nothing but itself. */
const TURNS = 20_000;

/**
 * mailparser, which for some broken structures neither resolves nor rejects (the fuzzer's seed 74562): one that has not ended after
 * more turns of the event loop than the mail has bytes is given up, and rejects.
 */
export function parseMime(raw: Buffer, options: SimpleParserOptions): Promise<ParsedMail> {
  return new Promise((resolve, reject) => {
    let left = TURNS + raw.length;
    const watch = () => {
      if (left-- > 0) waiting = setImmediate(watch);
      else reject(new Error('the parser does not come to an end'));
    };
    let waiting = setImmediate(watch);
    simpleParser(raw, options)
      .then(resolve, reject)
      .finally(() => clearImmediate(waiting));
  });
}
