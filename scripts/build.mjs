// npm run build: installs and builds all that the other commands need, and starts nothing.
import { ensureBuilt, ensureBundled, ensureInstalled } from './setup.mjs';

await ensureInstalled();
await ensureBundled();
await ensureBuilt();
