import { isUtf8 } from 'node:buffer';
import { convert } from 'html-to-text';
import type { ParsedMail } from 'mailparser';
import { parseMime } from '#mail/mimeparser';
import { withoutDeepElements } from '#mail/nesting';
import type { Attachment } from '#mail/types';

/** Textual attachments are indexed and shown up to this. */
const MAX_ATTACHMENT_TEXT = 1024 * 1024;
const MAX_HTML = 2 * 1024 * 1024;
/** File systems bound a name at 255; of a longer one the end is kept, which says what the file is. */
const MAX_FILE_NAME = 255;
const MAX_TYPE = 127;

export interface MimeContent {
  text: string;
  textKind: 'plain' | 'html' | 'none';
  attachments: Attachment[];
  notes: string[];
}

/** Reads a mail of several parts, or of one that is not plain text, with mailparser. Rejects on what it cannot read. */
export async function readMime(bytes: Buffer): Promise<MimeContent> {
  const mail = await parseMime(bytes, {
    skipTextToHtml: true,
    skipImageLinks: true,
    skipTextLinks: true,
    checksumAlgo: false as never,
  });
  const notes: string[] = [];
  const hasPlain = /content-type:\s*text\/plain/i.test(bytes.toString('latin1'));
  const html = typeof mail.html === 'string' ? mail.html : '';
  let text = mail.text ?? '';
  if (text.trim() === '' && html) text = htmlToPlain(html, notes);
  const textKind = text.trim() === '' ? 'none' : html && !hasPlain ? 'html' : 'plain';
  return { text, textKind, attachments: attachmentsOf(mail), notes };
}

function htmlToPlain(html: string, notes: string[]): string {
  if (html.length > MAX_HTML) notes.push(`HTML of ${html.length} characters, of which the first ${MAX_HTML} are shown`);
  try {
    return convert(withoutDeepElements(html.slice(0, MAX_HTML)), {
      wordwrap: 80,
      limits: { maxDepth: 100, maxInputLength: MAX_HTML },
    });
  } catch {
    notes.push('HTML that cannot be shown as text');
    return '';
  }
}

function attachmentsOf(mail: ParsedMail): Attachment[] {
  return mail.attachments.map((attachment, index) => {
    const type = attachment.contentType.toLowerCase().slice(0, MAX_TYPE).toWellFormed();
    const name = attachment.filename?.slice(-MAX_FILE_NAME).toWellFormed() ?? null;
    return {
      index,
      name,
      type,
      size: attachment.content.length,
      text: isTextual(type, name, attachment.content)
        ? attachment.content.toString('utf8', 0, MAX_ATTACHMENT_TEXT)
        : null,
    };
  });
}

/** Patches, logs and configurations, whatever type their mailer gave them. */
function isTextual(type: string, name: string | null, content: Buffer): boolean {
  return (
    /^text\/|[/+-](patch|diff|x-patch|x-diff|json|xml)$/.test(type) ||
    /\.(patch|diff|txt|log|conf|config|c|h|sh|py)$/i.test(name ?? '') ||
    (type === 'application/octet-stream' && looksLikeText(content))
  );
}

/** UTF-8 without control characters but those of a terminal, by its beginning: kernel logs are sent as "octet-stream". */
function looksLikeText(content: Buffer): boolean {
  const beginning = content.subarray(0, 4096);
  return (
    beginning.length > 0 &&
    !/[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]/.test(beginning.toString('latin1')) &&
    isUtf8(content.subarray(0, 1 << 20))
  );
}
