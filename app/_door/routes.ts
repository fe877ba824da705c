import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gitRoute } from './git';
import type { Handlers, Route } from './handlers';

/** The layout of the build is not the one that this file knows; Next's own server can still run it. */
export class UnknownBuild extends Error {}

interface Manifest {
  staticRoutes: { page: string; regex: string }[];
  dynamicRoutes: { page: string; regex: string }[];
}

/** The folder of the built pages, made by `npm run build` or for a package. */
export const builtFolder = (root: string): string =>
  join(root, existsSync(join(root, '.next/BUILD_ID')) ? '.next' : '.next-package');

/**
 * The routes that `next build` made, matched as its own server does: by the manifests it writes, in their order. Calling the handlers
 * directly saves the 1.3 to 3.7 ms of CPU that Next's server costs a request (docs/decisions/0013).
 */
export class Routes {
  readonly #fixed = new Map<string, Route>();
  readonly #patterns: { regex: RegExp; route: Route }[] = [];

  static async load(root: string): Promise<Routes> {
    const routes = new Routes();
    const built = (path: string) => JSON.parse(readFileSync(join(builtFolder(root), path), 'utf8'));
    const files: Record<string, string> = built('server/app-paths-manifest.json');
    const manifest: Manifest = built('routes-manifest.json');
    const require = createRequire(join(root, 'package.json'));
    const routeOf = async (page: string): Promise<Route | null> => {
      const file = files[`${page === '/' ? '' : page}/route`];
      return file
        ? { pattern: page, handlers: await handlersOf(require(join(builtFolder(root), 'server', file)), page) }
        : null;
    };
    for (const { page } of manifest.staticRoutes) {
      const route = await routeOf(page);
      if (route) routes.#fixed.set(page, route);
    }
    for (const { page, regex } of manifest.dynamicRoutes) {
      const route = await routeOf(page);
      if (route) routes.#patterns.push({ regex: new RegExp(regex), route });
    }
    if (!routes.#fixed.has('/') || !routes.#patterns.length) throw new UnknownBuild('no routes in the build');
    return routes;
  }

  /** The route of a percent-encoded path. */
  find(path: string): Route | undefined {
    const fixed = this.#fixed.get(path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path);
    return fixed ?? gitRoute(path) ?? this.#patterns.find(({ regex }) => regex.test(path))?.route;
  }

  get patterns(): string[] {
    return [...this.#fixed.keys(), ...this.#patterns.map(({ route }) => route.pattern)];
  }
}

interface Built {
  routeModule?: { userland?: Handlers; ensureUserland?(): Promise<void> };
}

async function handlersOf({ routeModule }: Built, page: string): Promise<Handlers> {
  await routeModule?.ensureUserland?.();
  const handlers = routeModule?.userland;
  if (typeof handlers?.GET !== 'function') throw new UnknownBuild(`${page} has no handlers where they were expected`);
  return handlers;
}
