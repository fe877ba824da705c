import { mimeDanger } from './danger';
import { contentOf, type Part, readParts, textOf } from './parts';

/**
 * The texts of a mail that may contain a diff: those of its parts, also attached ones, that contain `mark`. One character per byte.
 * A part is given in every way in which it can be read: with its line ends or LF, in its charset or UTF-8, flowed or not.
 * The name of a blob shows which of them the author's git wrote.
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
