import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ARCHIVES, archive } from '../archives';
import { command, ingest, scratch } from '../command';
import { PublicInbox, publicInboxInstalled } from '../publicinbox';
import { type Running, startServer } from '../server';

/** The number of links to try. */
const LINKS = 1_000;

/**
 * The number of links, of a thousand, that may differ: public-inbox also joins threads by subject alone, so that an anchor is on
 * another page here, and it numbers attachments by their place in the MIME tree (3 of 1,000, 2026-11-28).
 */
const MAY_DIFFER = 5;

describe.skipIf(!publicInboxInstalled || !ARCHIVES)("links of public-inbox's own pages", () => {
  const folder = scratch();
  let theirs: PublicInbox;
  let server: Running;

  beforeAll(async () => {
    const database = join(folder.path, 'a.sqlite');
    ingest(database, archive('kexec'));
    expect(command('mirror', [], database).status).toBe(0);
    server = await startServer(database);
    theirs = await PublicInbox.in(join(folder.path, 'pi'));
    theirs.init('kexec');
    const epoch = join(theirs.path('kexec'), 'git/0.git');
    rmSync(epoch, { recursive: true, force: true });
    // Cloned from our server, so that the compared mails were transferred by it.
    execFileSync('git', ['clone', '-q', '--mirror', `${server.base}/kexec/git/0.git`, epoch], { stdio: 'ignore' });
    theirs.index('kexec');
    await theirs.start();
  }, 300_000);

  afterAll(async () => {
    await server?.stop();
    await theirs?.stop();
    folder.remove();
  });

  const fetched = new Map<string, Promise<Buffer | null>>();
  function bytesOf(url: string): Promise<Buffer | null> {
    const known = fetched.get(url);
    if (known) return known;
    const made = fetch(url).then(async (answer) => {
      const bytes = Buffer.from(await answer.arrayBuffer());
      return answer.ok ? bytes : null;
    });
    fetched.set(url, made);
    return made;
  }

  /** Collects links within the list, page by page, until there are enough. */
  async function linksOf(): Promise<string[]> {
    const links = new Set(['/kexec/']);
    for (const link of links) {
      if (links.size >= LINKS * 2) break;
      const [path = ''] = link.split('#');
      if (/(?:\.gz|\.atom|\/raw)$/.test(path)) continue;
      const page = (await bytesOf(theirs.base + path))?.toString() ?? '';
      for (const [, href = ''] of page.matchAll(/href="?([^"\s>]+)/g)) {
        const url = new URL(
          href.replaceAll('&amp;', '&').replaceAll('&#38;', '&').replaceAll('&#39;', "'"),
          theirs.base + path,
        );
        if (url.origin === theirs.base && url.pathname.startsWith('/kexec/'))
          links.add(url.href.slice(url.origin.length));
      }
    }
    const all = [...links].sort();
    return all.filter((_, n) => n % Math.max(1, Math.floor(all.length / LINKS)) === 0).slice(0, LINKS);
  }

  /** public-inbox serves a raw mail as an mboxrd with one mail. */
  const unboxed = (raw: Buffer | null) =>
    raw
      ?.toString('latin1')
      .replace(/^From .*\n/, '')
      .replace(/^>(>*From )/gm, '$1')
      .trimEnd();

  async function leadsToTheSame(link: string): Promise<boolean> {
    const [path = '', anchor = ''] = link.split('#');
    const ours = await bytesOf(server.base + path);
    if (!ours) return false;
    if (path.endsWith('/raw')) return ours.toString('latin1').trimEnd() === unboxed(await bytesOf(theirs.base + path));
    return !/^(?:m[0-9a-f]{40}|[rbtuR])$/.test(anchor) || ours.includes(`id="${anchor}"`);
  }

  it('lead to the same mails here, including anchors and bytes', async () => {
    const links = await linksOf();
    expect(links.length).toBe(LINKS);
    const lost: string[] = [];
    for (const link of links) if (!(await leadsToTheSame(link))) lost.push(link);
    expect(lost.slice(MAY_DIFFER)).toEqual([]);
  }, 300_000);
});
