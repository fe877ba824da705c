import { simpleParser } from 'mailparser';

export interface AttachmentBytes {
  name: string | null;
  type: string;
  content: Buffer;
}

/** A mail larger than this is offered raw only. */
const MAX_MAIL = 64 * 1024 * 1024;

/** The decoded bytes of one attachment, by its index in `message.attachments`; null where there is none or it cannot be read. */
export async function readAttachment(raw: Buffer, index: number): Promise<AttachmentBytes | null> {
  if (raw.length > MAX_MAIL) return null;
  try {
    const mail = await simpleParser(raw, {
      skipTextToHtml: true,
      skipHtmlToText: true,
      skipImageLinks: true,
      skipTextLinks: true,
    });
    const found = mail.attachments[index];
    return found ? { name: found.filename ?? null, type: found.contentType, content: found.content } : null;
  } catch {
    return null;
  }
}
