// The web server: Next behind a door that turns away what Next would answer with a 500, and that closes gently.
import { createServer } from 'node:http';
import next from 'next';
import { ROOT } from './setup.mjs';

/** Longest request line that is read; lore's longest addresses are searches of a few hundred characters. */
const MAX_URL = 8000;
/** How long requests under way may take once the server is asked to end. */
const DRAIN_MS = 10_000;

/** Serves until a signal ends it; resolves once it listens. */
export async function serve(host, port) {
  process.env.NODE_ENV = 'production';
  process.env.NEXT_TELEMETRY_DISABLED = '1';
  const app = next({ dev: false, dir: ROOT, hostname: host, port });
  await app.prepare();
  const handle = app.getRequestHandler();
  const server = createServer((request, response) => {
    const fault = faultOf(request.url ?? '/');
    if (fault) refuse(response, fault);
    else handle(request, response);
  });
  server.requestTimeout = 60_000;
  server.headersTimeout = 20_000;
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => close(server));
}

/** Next decodes paths before any page sees them, and fails on those that cannot be. */
function faultOf(url) {
  if (url.length > MAX_URL) return [414, `This address is longer than ${MAX_URL} characters.`];
  try {
    const path = decodeURIComponent(url.split('?', 1)[0]);
    if (path.includes('\0')) return [400, 'This address holds a NUL.'];
  } catch {
    return [400, 'This address is not well formed: a percent sign in it is not followed by two hex digits of UTF-8.'];
  }
  return null;
}

function refuse(response, [status, sentence]) {
  const page = `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${status}</title><h1>${sentence}</h1><p><a href="/">All lists</a></p></html>`;
  response.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': "default-src 'none'",
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(page);
}

function close(server) {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
  setTimeout(() => process.exit(0), DRAIN_MS).unref();
}
