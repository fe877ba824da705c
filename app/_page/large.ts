import { refused } from '../_web/metrics';
import { problem, RETRY_SECONDS } from './page';

/** 503, because other large mails are in memory. */
export async function tooManyLarge(route: string): Promise<Response> {
  refused.inc({ reason: 'load', route });
  const response = await problem(
    503,
    'Other large mails are being read',
    'This one is large too and has to wait. Try again in a moment.',
  );
  response.headers.set('Retry-After', RETRY_SECONDS);
  return response;
}

const PART_BYTES = 256 * 1024;

/** A body that is streamed from buffers at the client's speed. `release` is called when it is sent or cancelled. */
export function bodyOf(buffers: Buffer[], release: () => void): ReadableStream<Uint8Array> {
  const parts = (function* () {
    for (const buffer of buffers)
      for (let at = 0; at < buffer.length; at += PART_BYTES) yield buffer.subarray(at, at + PART_BYTES);
  })();
  let left = buffers.reduce((sum, { length }) => sum + length, 0);
  return new ReadableStream({
    pull(controller) {
      const { value, done } = parts.next();
      if (!done) controller.enqueue(value);
      left -= value?.length ?? 0;
      if (left > 0) return;
      // With the last part, not after it: the client may ask for the next mail as soon as it has this one.
      release();
      controller.close();
    },
    cancel: release,
  });
}
