// The web server: its code is bundled to dist/serve.mjs from app/_door/.
import { ROOT } from './setup.mjs';

process.env.NODE_ENV = 'production';
process.env.NEXT_TELEMETRY_DISABLED = '1';

export const serve = async (host, port) => (await import('../dist/serve.mjs')).serve(ROOT, host, port);
