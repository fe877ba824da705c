import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { freePort } from '../../bench/process';
import { command, scratch } from '../command';

const ROOT = resolve(import.meta.dirname, '..', '..');
const folder = scratch();
afterAll(() => folder.remove());

/** Installs a package like `npm install FILE.tgz`, but without a registry, using the packages of this clone. */
function install(tarball: string, into: string): void {
  const modules = join(into, 'node_modules');
  mkdirSync(modules, { recursive: true });
  for (const name of readdirSync(join(ROOT, 'node_modules')))
    if (!name.startsWith('.')) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  execFileSync('tar', ['-xzf', tarball, '-C', modules]);
  cpSync(join(modules, 'package'), join(modules, 'threadline'), { recursive: true });
}

describe('the package of npm pack', () => {
  it('starts in an empty folder without building, and has each kind of page', async () => {
    execFileSync('npm', ['pack', '--silent', '--pack-destination', folder.path], { cwd: ROOT, stdio: 'ignore' });
    const tarball = readdirSync(folder.path).find((name) => name.endsWith('.tgz')) as string;
    expect(statSync(join(folder.path, tarball)).size).toBeLessThan(5_000_000);
    const home = join(folder.path, 'home');
    install(join(folder.path, tarball), home);
    const archive = join(folder.path, 'a.mbox');
    writeFileSync(archive, command('sample', ['--messages', '200', '--seed', '1'], '/nowhere').stdout);

    const port = await freePort();
    // INIT_CWD is the folder in which npm was called, which is this clone in `npm test`.
    const env = { ...process.env, INIT_CWD: home, THREADLINE_DB: '' };
    const program = join(home, 'node_modules/threadline/scripts/threadline.mjs');
    const child = spawn(process.execPath, [program, archive], {
      cwd: home,
      env: { ...env, PORT: String(port), HOST: '127.0.0.1', THREADLINE_LOG: 'error' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (said += part));
    const ended = once(child, 'exit');
    try {
      const base = `http://127.0.0.1:${port}`;
      while (!/200 read/.test(said)) {
        if (child.exitCode !== null) throw new Error(said);
        await new Promise((later) => setTimeout(later, 100));
      }
      while (!said.includes('Threadline is at')) await new Promise((later) => setTimeout(later, 100));
      for (const path of [
        '/',
        '/threadline-sample/',
        '/series/',
        '/people/',
        '/search/?q=kexec',
        '/topics/',
        '/stories/',
      ]) {
        const response = await fetch(base + path);
        expect([path, response.status]).toEqual([path, 200]);
        const html = await response.text();
        const style = /href="([^"]+\.css)"/.exec(html)?.[1] as string;
        expect((await fetch(base + style)).status).toBe(200);
      }
      expect(said).not.toContain('building');
      expect(existsSync(join(home, 'data/threadline.sqlite'))).toBe(true);
      const found = execFileSync(process.execPath, [program, 'search', '--json', 'kexec'], { cwd: home, env });
      expect(JSON.parse(found.toString()).total).toBeGreaterThan(0);
    } finally {
      child.kill('SIGTERM');
      await ended;
    }
  }, 300_000);
});
