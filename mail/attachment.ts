import { mimeDanger } from './danger';
import { attachedParts, contentOf, htmlParts, type Part, readParts, textOf } from './parts';

export interface AttachmentBytes {
  name: string | null;
  type: string;
  content: Buffer;
}

/** The decoded bytes of an attachment, by its index in `message.attachments`; null if there is none or it cannot be read. */
export function readAttachment(raw: Buffer, index: number): AttachmentBytes | null {
  const found = attached(raw)[index];
  return found ? { name: found.name, type: found.type, content: contentOf(found) } : null;
}

/** A mail's HTML as sent; null if it has none or cannot be read. Not safe for a page; see mail/html.ts. */
export function readHtml(raw: Buffer): { html: string; images: InlineImage[] } | null {
  if (mimeDanger(raw)) return null;
  const { root } = readParts(raw);
  const parts = htmlParts(root);
  if (!parts.length) return null;
  const images = attachedParts(root).flatMap(({ cid, name }, index) => (cid === null ? [] : [{ cid, index, name }]));
  return { html: parts.map(textOf).join('<br/>\n'), images };
}

/** An attachment that HTML refers to by `cid:` (RFC 2392). */
export interface InlineImage {
  cid: string;
  /** Index in `message.attachments`. */
  index: number;
  name: string | null;
}

const attached = (raw: Buffer): Part[] => (mimeDanger(raw) ? [] : attachedParts(readParts(raw).root));
