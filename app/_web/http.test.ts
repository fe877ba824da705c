import { expect, it } from 'vitest';
import { respond, wholeOf } from './http';

it('hands its bytes over as they are, and is a response like any other', async () => {
  const response = respond('größer', 200, { 'Content-Type': 'text/plain; charset=utf-8' });
  expect(Buffer.from(wholeOf(response)?.whole ?? []).toString()).toBe('größer');
  expect(response).toBeInstanceOf(Response);
  expect(response.headers.get('Content-Length')).toBe('8');
  response.headers.set('X-Robots-Tag', 'noindex');
  expect(wholeOf(response)?.fields).toMatchObject({ 'content-length': '8', 'x-robots-tag': 'noindex' });
  expect(await response.clone().text()).toBe('größer');
  expect(response.body).not.toBeNull();
  expect(Buffer.from(await response.arrayBuffer()).toString()).toBe('größer');
  expect(response.bodyUsed).toBe(true);
  expect(wholeOf(respond(null, 304, {}))).toBeNull();
});
