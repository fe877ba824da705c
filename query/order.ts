import { isFactField, isHeaderField } from './prefix';
import type { Node } from './types';

/**
 * Whether a query asks for words in a mail's text. Then results are sorted by relevance and grouped by thread, unless the reader chooses
 * otherwise. Fields and dates (`f:anna d:2022..`) have no best match, so their mails are listed newest first.
 */
export function asksForWords(tree: Node | null): boolean {
  switch (tree?.kind) {
    case 'words':
    case 'near':
      return !isHeaderField(tree.field) && !isFactField(tree.field) && !tree.field.startsWith('df');
    case 'and':
    case 'or':
      return tree.of.some(asksForWords);
    default:
      return false;
  }
}
