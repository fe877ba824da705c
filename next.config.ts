import type { NextConfig } from 'next';

const config: NextConfig = {
  // A package is built in a separate folder, so that this clone can serve its pages meanwhile (scripts/prepack.mjs).
  distDir: process.env.THREADLINE_BUILD_FOLDER ?? '.next',
  // A hash of the sources (scripts/setup.mjs), so that all nodes of one release give a page the same ETag.
  generateBuildId: () => process.env.THREADLINE_BUILD_ID ?? null,
  // Loaded by Node, not bundled: a native module, and the packages that the door (app/_door/) shares with the pages.
  serverExternalPackages: ['sqlite3', 'mailparser', 'libmime', 'prom-client', 'pino'],
  // As at lore, addresses of pages end with a slash and addresses of files do not. The routes redirect accordingly.
  skipTrailingSlashRedirect: true,
  poweredByHeader: false,
  // npm test checks the types of all code; Next would check a part of it again.
  typescript: { ignoreBuildErrors: true },
};

export default config;
