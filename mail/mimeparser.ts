import { MailParser, type ParsedMail, type SimpleParserOptions, simpleParser } from 'mailparser';
import { withoutDeepElements } from './nesting';

/** mailparser's tree of parts, as far as it is touched here. */
interface Part {
  contentType?: string;
  textContent?: string;
  children?: Part[];
}

/**
 * mailparser turns HTML to text itself, in time by the square of its depth. It has no place for us between its decoding of a part and
 * that, so the depth is cut in the method that does it; `nesting.test.ts` fails where a later mailparser has another one.
 */
const parser = MailParser.prototype as unknown as { tree?: Part; getTextContent(): unknown };
const { getTextContent } = parser;
parser.getTextContent = function (this: typeof parser) {
  const parts: (Part | undefined)[] = [this.tree];
  for (let part = parts.pop(); part; part = parts.pop()) {
    if (part.contentType === 'text/html' && part.textContent) part.textContent = withoutDeepElements(part.textContent);
    parts.push(...(part.children ?? []));
  }
  return getTextContent.call(this);
};

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
