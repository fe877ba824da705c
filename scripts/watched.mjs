// The process of a server that scripts/watch.mjs watches: node scripts/watched.mjs HOST PORT.
import { serveForWatcher } from './watch.mjs';

const [host = '127.0.0.1', port = '3000'] = process.argv.slice(2);
await serveForWatcher(host, Number(port));
