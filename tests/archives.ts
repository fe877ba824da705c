import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const beside = resolve(dirname(fileURLToPath(import.meta.url)), '../../shared/archives');
const path = process.env.THREADLINE_ARCHIVES ?? beside;
const found = existsSync(path);

if (!found && process.env.THREADLINE_REQUIRE?.includes('archives')) {
  throw new Error(`the real archives are required here (THREADLINE_REQUIRE), and ${path} is not there`);
}

/** Folder with the real archives (kexec, linux-edac, linux-pm, lkml-2004-2005.mbox); null where a clone stands alone. Tests that need it are skipped visibly then. */
export const ARCHIVES: string | null = found ? path : null;

/** Paths below the archives; only called where they are there. */
export const archive = (...parts: string[]): string => resolve(ARCHIVES ?? '', ...parts);
