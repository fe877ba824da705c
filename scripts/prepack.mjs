// Runs before `npm pack`: builds what a package contains besides its commands, so that nothing is built where it is installed.
import { buildForPackage, ensureBundled, ensureInstalled } from './setup.mjs';

await ensureInstalled();
await ensureBundled();
await buildForPackage();
