/** What mail servers recorded about a sender's signature (RFC 8601). Trusted as little as possible: a mail may contain forged headers. */

/** `pass`: a server found a signature of the sender's domain; `fail`: it found none; null: no server recorded a check. */
export type Checked = 'pass' | 'fail' | null;

/** The number of headers that are read; servers write two or three. */
const MAX_RESULTS = 8;
/** Characters read of each. */
const MAX_LENGTH = 2000;

/**
 * What the last server found, from the topmost `Authentication-Results:` (each server adds its header above the others). A forged header
 * counts only if no server added one. So `pass` is no proof, but `fail` is a reason for doubt.
 */
export function checkedBy(results: readonly string[], address: string): Checked {
  const first = serverOf(results[0] ?? '');
  if (first === null) return null;
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  let checked: Checked = null;
  for (const result of results.slice(0, MAX_RESULTS)) {
    if (serverOf(result) !== first) continue;
    for (const part of result.slice(0, MAX_LENGTH).split(';').slice(1)) {
      const found = /^\s*(dkim|dmarc)\s*=\s*([a-z]+)/i.exec(part);
      if (!found) continue;
      const [, method = '', outcome = ''] = found;
      const signer = /\sheader\.(?:d|from|i)=@?([\w.-]+)/i.exec(part)?.[1]?.toLowerCase() ?? '';
      if (outcome.toLowerCase() === 'pass' && (method.toLowerCase() === 'dmarc' || isOf(domain, signer))) return 'pass';
      checked = 'fail';
    }
  }
  return checked;
}

/** The server's name; null if the header begins with a result. */
function serverOf(result: string): string | null {
  return /^\s*([\w.-]+\.[\w-]+)(?:\s+\d+)?\s*;/.exec(result.slice(0, 300))?.[1]?.toLowerCase() ?? null;
}

/** RFC 7489 3.1: the signer's domain, or one above or below it. */
const isOf = (domain: string, signer: string) =>
  signer.includes('.') && (domain === signer || domain.endsWith(`.${signer}`) || signer.endsWith(`.${domain}`));
