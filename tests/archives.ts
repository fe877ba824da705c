import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const beside = resolve(dirname(fileURLToPath(import.meta.url)), '../../shared/archives');
const path = process.env.THREADLINE_ARCHIVES ?? beside;
const found = existsSync(path);

if (!found && process.env.THREADLINE_REQUIRE?.includes('archives')) {
  throw new Error(`THREADLINE_REQUIRE demands the real archives, but ${path} does not exist`);
}

/** The folder of the real archives (kexec, linux-edac, linux-pm, lkml-2004-2005.mbox); null in a clone without them, where tests that need it are skipped visibly. */
export const ARCHIVES: string | null = found ? path : null;

/** A path below the archives; only called if they exist. */
export const archive = (...parts: string[]): string => resolve(ARCHIVES ?? '', ...parts);
