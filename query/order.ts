import { isFactField, isHeaderField } from './prefix';
import type { Node } from './types';

/**
 * Whether a query is answered best first and by thread unless the reader chooses otherwise: it asks for words of a mail's text.
 * Fields and dates (`f:anna d:2022..`) have no best match: their mails are read newest first.
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
