import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { gitEnvironment } from '../_web/gitenv';
import { settings } from '../_web/settings';

/** A larger file is neither built nor shown. */
export const MAX_BLOB_BYTES = 4 * 1024 * 1024;
/** Git finds an object of a kernel repository in some milliseconds; a slow disk must not hold up a page. */
const MAX_MS = 3_000;

const run = promisify(execFile);

/** A blob of the operator's repositories by its name, which may be abbreviated; null if none has exactly one such, or it is too large. */
export async function readBlob(oid: string): Promise<Buffer | null> {
  for (const path of settings.repositories) {
    const name = (await git(path, ['rev-parse', '--verify', '--quiet', `${oid}^{blob}`]))?.toString('latin1').trim();
    const bytes = name ? await git(path, ['cat-file', 'blob', name]) : null;
    if (bytes) return bytes;
  }
  return null;
}

/** The repository's settings apply, as the operator configured it. Nothing is fetched, and git gets none of the server's environment. */
async function git(path: string, args: string[]): Promise<Buffer | null> {
  const env = { ...gitEnvironment('*'), GIT_NO_LAZY_FETCH: '1' };
  try {
    const options = { env, encoding: 'buffer' as const, maxBuffer: MAX_BLOB_BYTES, timeout: MAX_MS };
    return (await run('git', ['-C', path, ...args], options)).stdout;
  } catch {
    return null;
  }
}
