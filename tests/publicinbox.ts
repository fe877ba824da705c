import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../bench/process';

export const publicInboxInstalled = spawnSync('public-inbox-index', ['--version']).error === undefined;
if (!publicInboxInstalled && process.env.THREADLINE_REQUIRE?.includes('public-inbox'))
  throw new Error('THREADLINE_REQUIRE demands public-inbox, which is not installed');

/** Inboxes of Debian's public-inbox in a folder, and their server. */
export class PublicInbox {
  readonly base: string;
  readonly #env: NodeJS.ProcessEnv;
  #server: ChildProcess | null = null;

  private constructor(
    readonly folder: string,
    port: number,
  ) {
    this.base = `http://127.0.0.1:${port}`;
    this.#env = { ...process.env, HOME: folder, PI_CONFIG: join(folder, 'config') };
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, '.gitconfig'), '[safe]\n\tdirectory = *\n[user]\n\tname = T\n\temail = t@example.org\n');
    writeFileSync(join(folder, 'config'), '[publicinboxmda]\n\tspamcheck = none\n');
  }

  static async in(folder: string): Promise<PublicInbox> {
    return new PublicInbox(folder, await freePort());
  }

  run(program: string, args: string[], input: string | Buffer = '', env: Record<string, string> = {}): string {
    const options = {
      env: { ...this.#env, ...env },
      input,
      stdio: ['pipe', 'pipe', 'pipe'] as const,
      maxBuffer: 1 << 28,
    };
    return execFileSync(program, args, options as never).toString();
  }

  /** Makes an empty inbox. */
  init(list: string, version: 1 | 2 = 2): void {
    const args = [`-V${version}`, list, this.path(list), `${this.base}/${list}`, `${list}@example.org`];
    this.run('public-inbox-init', args);
  }

  path(list: string): string {
    return join(this.folder, list);
  }

  git(list: string, epoch: number, args: string[], input: string | Buffer = ''): string {
    return this.run('git', ['--git-dir', join(this.path(list), 'git', `${epoch}.git`), ...args], input);
  }

  index(list: string): void {
    this.run('public-inbox-index', ['-L', 'medium', this.path(list)]);
  }

  deliver(list: string, mail: string): void {
    this.run('public-inbox-mda', ['--no-precheck'], mail, { ORIGINAL_RECIPIENT: `${list}@example.org` });
  }

  async start(): Promise<void> {
    const server = spawn('public-inbox-httpd', ['-l', this.base, '-W0'], { env: this.#env, stdio: 'ignore' });
    this.#server = server;
    for (;;) {
      if (server.exitCode !== null) throw new Error(`public-inbox-httpd ended with ${server.exitCode}`);
      const answer = await fetch(this.base).catch(() => null);
      await answer?.arrayBuffer();
      if (answer) return;
      await new Promise((later) => setTimeout(later, 50));
    }
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (!server || server.exitCode !== null) return;
    await new Promise((ended) => {
      server.once('exit', ended);
      server.kill('SIGTERM');
    });
  }

  /**
   * Commits the mails from..to of a real archive's history. Uses our own committer, because some real ones have zones such as +1700,
   * which git fast-import, and so public-inbox-purge, refuses.
   */
  append(list: string, epoch: number, archive: string, from: number, to: number): void {
    const theirs = (args: string[], input = '') =>
      execFileSync('git', ['-c', 'safe.directory=*', '--git-dir', archive, ...args], { input, maxBuffer: 1 << 28 });
    const commits = theirs(['log', '--reverse', '--first-parent', '--format=%H %ct']).toString().trim().split('\n');
    const parts: Buffer[] = [];
    for (const line of commits.slice(from, to)) {
      const [commit, time] = line.split(' ');
      const bytes = theirs(['cat-file', 'blob', `${commit}:m`]);
      parts.push(commitOf('m', bytes, Number(time)));
    }
    this.commit(list, epoch, parts);
  }

  /** Adds commits made by `commitOf` to an epoch, which is created if it does not exist. */
  commit(list: string, epoch: number, commits: Buffer[], onto = 'refs/heads/master'): void {
    const path = join(this.path(list), 'git', `${epoch}.git`);
    if (!existsSync(path)) this.run('git', ['init', '-q', '--bare', '--initial-branch=master', path]);
    const head = spawnSync('git', ['--git-dir', path, 'rev-parse', '--verify', '-q', onto], { env: this.#env });
    const parent = head.stdout.toString().trim();
    const start = parent ? `reset refs/heads/master\nfrom ${parent}\n\n` : '';
    this.git(list, epoch, ['fast-import', '--quiet', '--force'], Buffer.concat([Buffer.from(start), ...commits]));
  }
}

/** A commit in an epoch for git fast-import: `m` adds a mail, `d` withdraws it. */
export function commitOf(name: 'm' | 'd', mail: string | Buffer, time: number): Buffer {
  const bytes = Buffer.from(mail);
  const head = `commit refs/heads/master\ncommitter T <t@example.org> ${time} +0000\ndata 1\nx\ndeleteall\nM 100644 inline ${name}\ndata ${bytes.length}\n`;
  return Buffer.concat([Buffer.from(head), bytes, Buffer.from('\n')]);
}
