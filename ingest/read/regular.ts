import { constants } from 'node:fs';
import { type FileHandle, lstat, open, stat } from 'node:fs/promises';

/** Flags of `open`: do not follow links, and do not wait for the writer of a FIFO. Node accepts a number, though its types say string. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
export const REGULAR = FLAGS as never as string;

/**
 * Opens a file of a source, which must be a regular file: a link could lead to any file of the machine, a FIFO would block its
 * reader forever, and a device has no end. @throws an error with a `code` if it is not a regular file, or cannot be read
 */
export async function openRegular(path: string): Promise<FileHandle> {
  const file = await open(path, FLAGS).catch((error) => {
    throw error.code === 'ELOOP' ? refusal('a link, which is not followed', 'ELOOP') : error;
  });
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw refusal('not a regular file', 'EINVAL');
}

/**
 * Whether this is a directory within a source that may be read. A link to a directory must have the same owner as the directory, so that
 * nobody can make us read another person's directory.
 */
export async function isOwnDirectory(path: string): Promise<boolean> {
  const [link, target] = await Promise.all([lstat(path), stat(path)]).catch(() => [null, null]);
  return target?.isDirectory() === true && link?.uid === target.uid;
}

function refusal(reason: string, code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(reason), { code });
}

/** Reads a small regular file; null if it does not exist. @throws if it is something else, or longer than `max` bytes */
export async function readSmall(path: string, max: number): Promise<string | null> {
  const file = await openRegular(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw error;
  });
  if (file === null) return null;
  try {
    const { size } = await file.stat();
    if (size > max) throw refusal(`longer than ${max} bytes`, 'EFBIG');
    const bytes = Buffer.alloc(size);
    const { bytesRead } = await file.read(bytes, 0, size, 0);
    return bytes.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
