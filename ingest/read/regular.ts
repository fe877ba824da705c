import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/**
 * Opens a file that a source names: a regular file and nothing else. A link could lead to any file of the machine, a FIFO keeps its
 * reader waiting for ever, a device has no end. @throws an error with a `code` where it is none, or cannot be read
 */
export function openRegular(path: string): Promise<FileHandle> {
  return openAs(path, constants.O_NOFOLLOW);
}

/** The same, where the user named the path: links are theirs to follow. */
export function openNamed(path: string): Promise<FileHandle> {
  return openAs(path, 0);
}

async function openAs(path: string, flags: number): Promise<FileHandle> {
  // Without O_NONBLOCK, opening a FIFO waits for its writer.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | flags).catch((error) => {
    throw error.code === 'ELOOP' ? refusal('is a link, which is not followed', 'ELOOP') : error;
  });
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw refusal('is no regular file', 'EINVAL');
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
