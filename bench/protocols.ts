import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Random } from '#samples/random';
import type { Checks } from './answers';

/** A server that is used with other protocols than HTTP pages. */
export interface Other {
  base: string;
  nntp: number;
  /** Paths of repositories, such as `/edac/git/0.git`. */
  repositories: string[];
  until: number;
  random: Random;
  checks: Checks;
}

/** Acts as a newsreader: reads a group, its newest overviews and a few articles, again and again. */
export async function readNews(other: Other): Promise<void> {
  while (Date.now() < other.until) {
    const session = await NewsSession.open(other);
    const groups = (await session.ask('LIST', true)).split('\r\n').slice(1, -2);
    const [group = '', last = '0'] = (groups[other.random.below(groups.length)] ?? '').split(' ');
    const newest = Number(last);
    await session.ask(`GROUP ${group}`, false);
    await session.ask(`OVER ${Math.max(1, newest - 99)}-${newest}`, true);
    for (let n = 0; n < 10; n++) await session.ask(`ARTICLE ${1 + other.random.below(newest)}`, true);
    await session.ask('QUIT', false);
  }
}

class NewsSession {
  #said = '';
  #heard: (() => void) | null = null;
  #isOver = false;

  private constructor(
    private readonly socket: ReturnType<typeof connect>,
    private readonly checks: Checks,
  ) {
    socket.setEncoding('latin1');
    socket.on('data', (part: string) => {
      this.#said += part;
      this.#heard?.();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#isOver = true;
      this.#heard?.();
    });
  }

  static async open({ nntp, checks }: Other): Promise<NewsSession> {
    const socket = connect(nntp, '127.0.0.1');
    const session = new NewsSession(socket, checks);
    await session.#answer('nntp connect', false);
    return session;
  }

  ask(line: string, isBlock: boolean): Promise<string> {
    this.socket.write(`${line}\r\n`);
    return this.#answer(`nntp ${line.split(' ', 1)[0]}`, isBlock);
  }

  async #answer(kind: string, isBlock: boolean): Promise<string> {
    const started = performance.now();
    // A number may have no article; then no block follows.
    const isWhole = () => this.#said.endsWith(isBlock && this.#said.startsWith('2') ? '\r\n.\r\n' : '\r\n');
    while (!isWhole() && !this.#isOver)
      await new Promise<void>((heard) => {
        this.#heard = heard;
      });
    const [said, isEnded] = [this.#said, isWhole()];
    this.#said = '';
    const status = Number(said.slice(0, 3)) || 0;
    const isFault = !isEnded || (!said.startsWith('2') && status !== 423);
    this.checks.note(kind, status, performance.now() - started, isFault ? `"${said.slice(0, 80).trim()}"` : null);
    return said;
  }
}

/** Clones repositories, and fetches in each clone. */
export async function cloneAll(other: Other): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'threadline-clones-'));
  try {
    for (let n = 0; Date.now() < other.until; n++) {
      const url = other.base + (other.repositories[other.random.below(other.repositories.length)] ?? '');
      const clone = join(folder, String(n));
      const isCloned = await git(other.checks, 'git clone', ['clone', '-q', '--mirror', url, clone]);
      if (isCloned) await git(other.checks, 'git fetch', ['--git-dir', clone, 'fetch', '-q']);
      await rm(clone, { recursive: true, force: true });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function git(checks: Checks, kind: string, args: string[]): Promise<boolean> {
  const started = performance.now();
  const env = { PATH: process.env.PATH ?? '', GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0', HOME: tmpdir() };
  const child = spawn('git', args, { env: env as unknown as NodeJS.ProcessEnv, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (part: Buffer) => {
    said += part;
  });
  return new Promise((done) => {
    child.on('close', (code) => {
      checks.note(kind, code ?? -1, performance.now() - started, code === 0 ? null : said.slice(0, 300));
      done(code === 0);
    });
  });
}
