import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { bodyOf } from './body';

function requestOf(headers: Record<string, string> = {}): PassThrough & IncomingMessage {
  return Object.assign(new PassThrough(), { headers }) as unknown as PassThrough & IncomingMessage;
}

describe('the body of a request', () => {
  it('is read whole', async () => {
    const request = requestOf();
    request.write('a=');
    request.end('b');
    expect(Buffer.from(await bodyOf(request)).toString()).toBe('a=b');
  });

  it('that does not arrive is given up in time', async () => {
    const request = requestOf({ 'content-length': '100' });
    request.write('a=');
    await expect(bodyOf(request, 20)).rejects.toMatchObject({ status: 408 });
  });

  it('that breaks off is the fault of the client', async () => {
    const request = requestOf();
    request.write('a=');
    const read = bodyOf(request);
    request.destroy(new Error('aborted'));
    await expect(read).rejects.toMatchObject({ status: 400 });
  });

  it('above the bound is refused, whether its length is stated or not', async () => {
    await expect(bodyOf(requestOf({ 'content-length': '99999999' }))).rejects.toMatchObject({ status: 413 });
    const request = requestOf();
    for (let n = 0; n < 9; n++) request.write(Buffer.alloc(1024 * 1024));
    await expect(bodyOf(request)).rejects.toMatchObject({ status: 413 });
  });

  it('counts against all only while it is read: refusals give back what they held', async () => {
    for (let n = 0; n < 10; n++) {
      const request = requestOf();
      for (let part = 0; part < 9; part++) request.write(Buffer.alloc(1024 * 1024));
      await expect(bodyOf(request)).rejects.toMatchObject({ status: 413 });
    }
  });
});
