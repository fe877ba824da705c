import { mimeDanger } from './danger';
import { contentOf, type Part, readParts, textOf } from './parts';

/**
 * Texts of a mail that may hold a diff, as bytes, one a character: those of its parts that contain `mark`, attached ones too.
 * A part is given as often as it can be read: with its own line ends or LF, in its own charset or UTF-8, flowed or not.
 * Which of them the author's git wrote, the name of a blob tells.
 */
export function* diffTexts(raw: Buffer, mark: string): Generator<string> {
  const parts = mimeDanger(raw) ? [] : leaves(readParts(raw).root);
  for (const part of parts) {
    const bytes = contentOf(part).toString('latin1');
    if (!bytes.includes(mark)) continue;
    const readings = new Set([bytes.replaceAll('\r\n', '\n'), Buffer.from(textOf(part)).toString('latin1'), bytes]);
    yield* readings;
  }
}

const leaves = (part: Part): Part[] => (part.children.length ? part.children.flatMap(leaves) : [part]);
