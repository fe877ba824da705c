// The page that a browser gets while the site is being installed and built. It lists the steps and how long each took.
import { createServer } from 'node:http';

const REFRESH_SECONDS = 2;

/** Listens until `close`, and answers every request with 503 and the steps so far. Rejects if the port is in use. */
export async function openWaitingRoom(host, port) {
  const steps = [];
  const server = createServer((_request, response) => {
    response.writeHead(503, {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'Retry-After': String(REFRESH_SECONDS),
      Connection: 'close',
    });
    response.end(pageOf(steps));
  });
  await new Promise((listening, failed) => {
    server.once('error', failed);
    server.listen(port, host, listening);
  });
  return {
    /** Begins a step and ends the one before. */
    step: (text) => steps.push({ text, at: Date.now() }),
    close: () =>
      new Promise((closed) => {
        server.close(closed);
        server.closeAllConnections();
      }),
  };
}

function pageOf(steps) {
  const rows = steps.map(({ text, at }, n) => {
    const seconds = Math.round(((steps[n + 1]?.at ?? Date.now()) - at) / 1000);
    const mark = n + 1 < steps.length ? 'done in' : 'running for';
    return `<li><span>${text}</span> <small>${mark} ${seconds} s</small></li>`;
  });
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="${REFRESH_SECONDS}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>Threadline is starting</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:15vh auto;padding:0 1rem}li{margin:.4rem 0}small{opacity:.7}</style></head>
<body><h1>Threadline is starting</h1><ol>${rows.join('')}</ol><p>This page reloads until the site is ready. The first start takes one to five minutes; later ones take a second.</p></body></html>`;
}
