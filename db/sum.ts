import { createHash } from 'node:crypto';

/** The checksum of a block's compressed bytes for `block.sum`; brotli does not notice every flipped bit. */
export function blockSum(data: Buffer): Buffer {
  return createHash('sha1').update(data).digest().subarray(0, 8);
}
