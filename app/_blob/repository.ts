import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { gitEnvironment } from '../_web/gitenv';
import { settings } from '../_web/settings';

/** A larger file is neither made nor shown. */
export const MAX_BLOB_BYTES = 4 * 1024 * 1024;
/** Git finds an object of a kernel's repository in some milliseconds; one that hangs on a disk does not keep a page. */
const MAX_MS = 3_000;

const run = promisify(execFile);

/** A blob of the operator's repositories by a name that may be abbreviated; null where none has just one such, or it is too large. */
export async function readBlob(oid: string): Promise<Buffer | null> {
  for (const path of settings.repositories) {
    const name = (await git(path, ['rev-parse', '--verify', '--quiet', `${oid}^{blob}`]))?.toString('latin1').trim();
    const bytes = name ? await git(path, ['cat-file', 'blob', name]) : null;
    if (bytes) return bytes;
  }
  return null;
}

/** The repository's own settings apply: its owner named it to us. Nothing is fetched from elsewhere, and none of the server's environment is passed. */
async function git(path: string, args: string[]): Promise<Buffer | null> {
  const env = { ...gitEnvironment('*'), GIT_NO_LAZY_FETCH: '1' };
  try {
    const options = { env, encoding: 'buffer' as const, maxBuffer: MAX_BLOB_BYTES, timeout: MAX_MS };
    return (await run('git', ['-C', path, ...args], options)).stdout;
  } catch {
    return null;
  }
}
