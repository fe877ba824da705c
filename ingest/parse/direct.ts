import libmime from 'libmime';
import libqp from 'libqp';
import { decodeText } from '#mail/charset';

/** How the body of a one-part mail is written. */
export interface BodyForm {
  encoding: 'base64' | 'quoted-printable' | '';
  charset: string | null;
  flowed: boolean;
  delSp: boolean;
}

/**
 * The form of the body if the mail is one `text/plain` part that can be read without a MIME parser; else null.
 * RFC 2045 5.2: no Content-Type means text/plain.
 */
export function directForm(
  contentType: string | undefined,
  disposition: string | undefined,
  encoding: string | undefined,
): BodyForm | null {
  if (disposition && !/^inline\b/i.test(disposition)) return null;
  const way = (encoding ?? '').toLowerCase().trim();
  const form: BodyForm = {
    encoding: way === 'base64' || way === 'quoted-printable' ? way : '',
    charset: null,
    flowed: false,
    delSp: false,
  };
  if (way.includes('(') || way.includes(';')) return null;
  if (contentType === undefined || contentType === '') return form;
  const { value, params } = libmime.parseHeaderValue(contentType);
  if (value.toLowerCase() !== 'text/plain' || params.name || params.filename) return null;
  form.charset = params.charset ?? null;
  form.flowed = params.format?.toLowerCase() === 'flowed';
  form.delSp = params.delsp?.toLowerCase() === 'yes';
  return form;
}

/** The text of a one-part body: transfer encoding, charset and format=flowed (RFC 3676) undone, line ends LF. */
export function directText(body: Buffer, form: BodyForm): string {
  const bytes = form.encoding === 'base64' ? fromBase64(body) : form.encoding ? libqp.decode(body) : body;
  let text = decodeText(bytes, form.charset);
  if (form.flowed) text = libmime.decodeFlowed(text, form.delSp);
  return text.includes('\r') ? text.replace(/\r\n/g, '\n') : text;
}

/**
 * Base64 by RFC 2045 6.8: characters outside the alphabet are passed over. A list that appended its footer in plain
 * text after the padding leaves it readable.
 */
function fromBase64(body: Buffer): Buffer {
  const text = body.toString('latin1');
  const pad = text.search(/=\s*\n(?=[^\n]*[^A-Za-z0-9+/=\s])/);
  if (pad < 0) return Buffer.from(text, 'base64');
  const end = text.indexOf('\n', pad) + 1;
  return Buffer.concat([Buffer.from(text.slice(0, end), 'base64'), body.subarray(end)]);
}
