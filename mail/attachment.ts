import type { ParsedMail } from 'mailparser';
import { mimeDanger } from './danger';
import { parseMime } from './mimeparser';

export interface AttachmentBytes {
  name: string | null;
  type: string;
  content: Buffer;
}

/** The decoded bytes of one attachment, by its index in `message.attachments`; null where there is none or it cannot be read. */
export async function readAttachment(raw: Buffer, index: number): Promise<AttachmentBytes | null> {
  const found = (await parsed(raw))?.attachments[index];
  return found ? { name: found.filename ?? null, type: found.contentType, content: found.content } : null;
}

/** The HTML that a mail brings, as its author made it; null where it has none or cannot be read. Never for a page as it is: mail/html.ts. */
export async function readHtml(raw: Buffer): Promise<{ html: string; images: InlineImage[] } | null> {
  const mail = await parsed(raw);
  if (!mail || typeof mail.html !== 'string') return null;
  const images = mail.attachments.flatMap(({ cid, filename }, index) =>
    cid === undefined ? [] : [{ cid, index, name: filename ?? null }],
  );
  return { html: mail.html, images };
}

/** An attachment that HTML names by `cid:` (RFC 2392). */
export interface InlineImage {
  cid: string;
  /** In `message.attachments`. */
  index: number;
  name: string | null;
}

async function parsed(raw: Buffer): Promise<ParsedMail | null> {
  if (mimeDanger(raw)) return null;
  try {
    return await parseMime(raw, {
      skipTextToHtml: true,
      skipHtmlToText: true,
      skipImageLinks: true,
      skipTextLinks: true,
    });
  } catch {
    return null;
  }
}
