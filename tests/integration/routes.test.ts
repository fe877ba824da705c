import { readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { Routes } from '../../app/_door/routes';

const ROOT = resolve(import.meta.dirname, '../..');

/** Addresses of the route files, as Next names them: `/[list]/[msgid]`. */
const routeFiles = readdirSync(join(ROOT, 'app'), { recursive: true, encoding: 'utf8' })
  .filter((path) => /(?:^|\/)route\.tsx?$/.test(path))
  .map((path) => `/${dirname(path)}`.replace(/^\/\.$/, '/'));

/** This part of Next is private (docs/decisions/0013). An upgrade that moves it fails here; Next's own server would answer then. */
it('the build of the installed Next has a handler for each route file', async () => {
  const { patterns } = await Routes.load(ROOT);
  expect(patterns.toSorted()).toEqual(routeFiles.toSorted());
  expect(patterns.length).toBeGreaterThan(30);
});
