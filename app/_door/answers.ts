import { SECURITY_HEADERS } from '../_web/http';

/** An answer from the door itself, without a page: one sentence, with the same headers as every page. */
export function sentence(status: number, text: string, headers: Record<string, string> = {}): Response {
  const page = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${status}</title></head><body><h1>${text}</h1><p><a href="/">All lists</a></p></body></html>\n`;
  return new Response(page, {
    status,
    headers: {
      ...SECURITY_HEADERS,
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Length': String(Buffer.byteLength(page)),
      'Cache-Control': 'no-store',
      ...headers,
    },
  });
}

/** The same for a connection that Node's parser gave up on, so that there is no request object. */
export function rawSentence(status: number, reason: string, text: string): string {
  const body = `${text}\n`;
  const headers = {
    ...SECURITY_HEADERS,
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${reason}`, ...lines, '', body].join('\r\n');
}
