import type { NextConfig } from 'next';

const config: NextConfig = {
  // A package is built apart, so that the pages of this clone are served meanwhile (scripts/prepack.mjs).
  distDir: process.env.THREADLINE_BUILD_FOLDER ?? '.next',
  // Of the sources (scripts/setup.mjs): nodes of one release give a page the same ETag.
  generateBuildId: () => process.env.THREADLINE_BUILD_ID ?? null,
  // Loaded by Node, not bundled: a native module; what the door (app/_door/) shares with the pages.
  serverExternalPackages: ['sqlite3', 'mailparser', 'libmime', 'prom-client', 'pino'],
  // lore's addresses end with a slash where they name a page and without one where they name a file; the pages see to it.
  skipTrailingSlashRedirect: true,
  poweredByHeader: false,
  // npm test runs the type checker over everything; Next would run it again over less.
  typescript: { ignoreBuildErrors: true },
};

export default config;
