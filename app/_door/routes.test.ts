import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Routes, UnknownBuild } from './routes';

/** tests/integration/routes.test.ts reads the build of the Next that is installed. */
describe('the routes of a build', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  /** A build of two pages that has the shape of Next's, with `module` in each of them. */
  function buildOf(module: string): string {
    const root = mkdtempSync(join(tmpdir(), 'threadline-build-'));
    folders.push(root);
    mkdirSync(join(root, '.next/server/app'), { recursive: true });
    const write = (path: string, content: unknown) =>
      writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
    write('package.json', {});
    write('.next/BUILD_ID', 'one');
    write('.next/server/app-paths-manifest.json', { '/route': 'app/route.js', '/[list]/route': 'app/route.js' });
    write('.next/routes-manifest.json', {
      staticRoutes: [{ page: '/', regex: '^/(?:/)?$' }],
      dynamicRoutes: [{ page: '/[list]', regex: '^/([^/]+?)(?:/)?$' }],
    });
    write('.next/server/app/route.js', module);
    return root;
  }

  it('are found where they are expected', async () => {
    const routes = await Routes.load(buildOf('exports.routeModule = { userland: { GET() {} } };'));
    expect(routes.find('/linux-edac/')?.pattern).toBe('/[list]');
  });

  it.each([
    ['is elsewhere', 'exports.routeModule = { handlers: { GET() {} } };'],
    ['is a promise that was not there before', 'exports.routeModule = { userland: Promise.resolve({ GET() {} }) };'],
    ['has no routeModule', 'exports.handler = () => {};'],
  ])('are not taken from a build whose module %s', async (_, module) => {
    await expect(Routes.load(buildOf(module))).rejects.toThrow(UnknownBuild);
  });
});
