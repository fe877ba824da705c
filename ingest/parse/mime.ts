import { isUtf8 } from 'node:buffer';
import { convert } from 'html-to-text';
import { decodeText } from '#mail/charset';
import { withoutDeepElements } from '#mail/nesting';
import { attachedParts, contentOf, type Part, readParts, shownParts } from '#mail/parts';
import type { Attachment } from '#mail/types';

/** Characters of a textual attachment that are indexed and shown. */
const MAX_ATTACHMENT_TEXT = 1024 * 1024;
const MAX_HTML = 2 * 1024 * 1024;
/** File systems limit a name to 255. Of a longer name the end is kept, which shows the type of the file. */
const MAX_FILE_NAME = 255;
const MAX_TYPE = 127;

export interface MimeContent {
  text: string;
  textKind: 'plain' | 'html' | 'none';
  /** The charset of the text, for headers that name none. */
  charset: string | null;
  attachments: Attachment[];
  notes: string[];
}

/** Reads a mail with several parts, or with one that is not plain text. Shown parts are converted to text separately, then joined. */
export function readMime(bytes: Buffer): MimeContent {
  const { root, notes } = readParts(bytes);
  const shown = shownParts(root);
  const texts = shown.map(({ part, text }) => (part.type === 'text/html' ? htmlToPlain(text, notes) : text));
  const text = texts.filter((one) => one !== '').join('\n');
  const first = shown.find((_, n) => texts[n]?.trim());
  return {
    text,
    textKind: text.trim() === '' ? 'none' : first?.part.type === 'text/html' ? 'html' : 'plain',
    charset: shown.find(({ part }) => part.charset !== null)?.part.charset ?? null,
    attachments: attachedParts(root).map(attachmentOf),
    notes,
  };
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

function attachmentOf(part: Part, index: number): Attachment {
  const type = part.type.slice(0, MAX_TYPE).toWellFormed();
  const name = part.name?.slice(-MAX_FILE_NAME).toWellFormed() ?? null;
  const content = contentOf(part);
  return {
    index,
    name,
    type,
    size: content.length,
    text: isTextual(type, name, content) ? decodeText(content.subarray(0, MAX_ATTACHMENT_TEXT), part.charset) : null,
  };
}

/** Whether an attachment is a patch, log or configuration, whatever type the mailer gave it. */
function isTextual(type: string, name: string | null, content: Buffer): boolean {
  return (
    /^text\/|[/+-](patch|diff|x-patch|x-diff|json|xml)$/.test(type) ||
    /\.(patch|diff|txt|log|conf|config|c|h|sh|py)$/i.test(name ?? '') ||
    (type === 'application/octet-stream' && looksLikeText(content))
  );
}

/** Whether the beginning is UTF-8 with no control characters but a terminal's: kernel logs are sent as "octet-stream". */
function looksLikeText(content: Buffer): boolean {
  const beginning = content.subarray(0, 4096);
  return (
    beginning.length > 0 &&
    !/[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]/.test(beginning.toString('latin1')) &&
    isUtf8(content.subarray(0, 1 << 20))
  );
}
