import { constants } from 'node:fs';
import { type FileHandle, lstat, open, stat } from 'node:fs/promises';

/** Flags of `open`: no link is followed, and a FIFO keeps nobody waiting for its writer. Node takes a number where its types say a word. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
export const REGULAR = FLAGS as never as string;

/**
 * Opens a file that a source names: a regular file and nothing else. A link could lead to any file of the machine, a FIFO keeps its
 * reader waiting for ever, a device has no end. @throws an error with a `code` where it is none, or cannot be read
 */
export async function openRegular(path: string): Promise<FileHandle> {
  const file = await open(path, FLAGS).catch((error) => {
    throw error.code === 'ELOOP' ? refusal('is a link, which is not followed', 'ELOOP') : error;
  });
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw refusal('is no regular file', 'EINVAL');
}

/**
 * Whether there is a directory within a source that may be read: a link to one only where both are of one owner, so that nobody
 * has a stranger's read.
 */
export async function isOwnDirectory(path: string): Promise<boolean> {
  const [link, target] = await Promise.all([lstat(path), stat(path)]).catch(() => [null, null]);
  return target?.isDirectory() === true && link?.uid === target.uid;
}

function refusal(reason: string, code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(reason), { code });
}

/** All of a small regular file; null where there is none. @throws where it is something else, or longer than `max` bytes */
export async function readSmall(path: string, max: number): Promise<string | null> {
  const file = await openRegular(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw error;
  });
  if (file === null) return null;
  try {
    const { size } = await file.stat();
    if (size > max) throw refusal(`is longer than ${max} bytes`, 'EFBIG');
    const bytes = Buffer.alloc(size);
    const { bytesRead } = await file.read(bytes, 0, size, 0);
    return bytes.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
