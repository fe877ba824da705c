import { readStructured } from '#mail/param';
import { textOf } from '#mail/parts';
import { type TransferEncoding, transferEncoding } from '#mail/transfer';

/** Encoding and format of the body of a one-part mail. */
export interface BodyForm {
  encoding: TransferEncoding;
  charset: string | null;
  flowed: boolean;
  delSp: boolean;
}

/**
 * The form of the body if the mail is a single `text/plain` part and not an attached file; else null.
 * RFC 2045 5.2: no Content-Type means text/plain.
 */
export function directForm(
  contentType: string | undefined,
  disposition: string | undefined,
  encoding: string | undefined,
): BodyForm | null {
  if (disposition && !/^inline\b/i.test(disposition)) return null;
  const way = transferEncoding(encoding);
  if (!contentType) return { encoding: way, charset: null, flowed: false, delSp: false };
  const { value, params } = readStructured(contentType);
  if (value !== 'text/plain' || params.has('name') || params.has('filename')) return null;
  return {
    encoding: way,
    charset: params.get('charset') ?? null,
    flowed: params.get('format')?.trim().toLowerCase() === 'flowed',
    delSp: params.get('delsp')?.trim().toLowerCase() === 'yes',
  };
}

/** The text of a one-part mail. */
export const directText = (body: Buffer, form: BodyForm): string => textOf({ type: 'text/plain', body, ...form });
