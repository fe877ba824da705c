import { createHash } from 'node:crypto';

/** What `block.sum` says of a block's compressed bytes: brotli itself does not notice every bit that has flipped. */
export function blockSum(data: Buffer): Buffer {
  return createHash('sha1').update(data).digest().subarray(0, 8);
}
