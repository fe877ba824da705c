import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const beside = resolve(dirname(fileURLToPath(import.meta.url)), '../../shared/archives');
const path = process.env.THREADLINE_ARCHIVES ?? beside;

/** Folder with the real archives (kexec, linux-edac, linux-pm, lkml-2004-2005.mbox); null where a clone stands alone. Tests that need it are skipped visibly then. */
export const ARCHIVES: string | null = existsSync(path) ? path : null;
