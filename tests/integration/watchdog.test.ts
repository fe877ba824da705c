import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childrenOf } from '../../bench/process';
import { scratch } from '../command';
import { ingestSample } from '../sample';
import { startServer } from '../server';

const folder = scratch();
const database = `${folder.path}/t.sqlite`;
beforeAll(() => ingestSample(database));
afterAll(() => folder.remove());

const serverOf = (pid: number | undefined) => childrenOf(pid ?? 0)[0] as number;
const answers = (base: string) =>
  fetch(`${base}/healthz`, { signal: AbortSignal.timeout(1000) }).then(
    ({ status }) => status === 200,
    () => false,
  );

async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await new Promise((later) => setTimeout(later, 100));
}

describe('a watched server', () => {
  it('is restarted when its loop is blocked', async () => {
    const server = await startServer(database, { THREADLINE_WATCHDOG_SECONDS: '3' });
    const first = serverOf(server.child.pid);
    expect(await answers(server.base)).toBe(true);
    process.kill(first, 'SIGSTOP');
    expect(await answers(server.base)).toBe(false);
    await until(() => answers(server.base));
    expect(serverOf(server.child.pid)).not.toBe(first);
    expect(server.said()).toContain('did not respond for 3 s');
    expect(await server.stop()).toBe(0);
  }, 60_000);

  it('is restarted when it dies', async () => {
    const server = await startServer(database);
    process.kill(serverOf(server.child.pid), 'SIGKILL');
    await until(() => answers(server.base));
    expect(server.said()).toContain('starting it again');
    expect(await server.stop()).toBe(0);
  }, 60_000);

  it('does not outlive its watcher', async () => {
    const server = await startServer(database);
    const pid = serverOf(server.child.pid);
    server.child.kill('SIGKILL');
    await until(() => !existsSync(`/proc/${pid}`));
    expect(await answers(server.base)).toBe(false);
  }, 60_000);

  it('notifies systemd with systemd-notify as long as its loop runs', async () => {
    const notified = `${folder.path}/notified`;
    writeFileSync(`${folder.path}/systemd-notify`, `#!/bin/sh\necho "$@" >> ${notified}\n`);
    chmodSync(`${folder.path}/systemd-notify`, 0o755);
    const env = {
      NOTIFY_SOCKET: '/nowhere',
      WATCHDOG_USEC: '900000',
      PATH: `${folder.path}:${process.env.PATH}`,
    };
    const server = await startServer(database, env);
    const lines = () => (existsSync(notified) ? readFileSync(notified, 'utf8').trim().split('\n').length : 0);
    await until(() => lines() > 2);
    expect(readFileSync(notified, 'utf8')).toMatch(/^(?:WATCHDOG=1\n)+$/);
    process.kill(server.child.pid as number, 'SIGSTOP');
    const before = lines();
    await new Promise((later) => setTimeout(later, 1500));
    expect(lines()).toBeLessThanOrEqual(before + 1);
    process.kill(server.child.pid as number, 'SIGCONT');
    expect(await server.stop()).toBe(0);
  }, 60_000);

  it('is not restarted if it cannot start, and names its settings', async () => {
    await expect(startServer(database, { THREADLINE_LOG: 'loud' })).rejects.toThrow('THREADLINE_LOG');
    const child = spawn(process.execPath, ['scripts/start.mjs'], {
      env: { ...process.env, THREADLINE_WATCHDOG_SECONDS: 'soon' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [code] = await once(child, 'exit');
    expect(code).toBe(1);
  }, 60_000);
});
