import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Reader } from '../../db/open';
import { proveStory, storiesHere } from '../../db/queries/stories';
import { parseStory, renderStory, StoryError } from '../../site/story';
import { loadStories } from '../../site/storyfiles';
import { command, scratch } from '../command';
import { ingestSample } from '../sample';

const folder = scratch();
const database = `${folder.path}/t.sqlite`;
let reader: Reader;

beforeAll(async () => {
  ingestSample(database);
  reader = await Reader.open(database, 1);
}, 60_000);
afterAll(async () => {
  await reader.close();
  folder.remove();
});

const HEAD = '---\ntitle: T\ndate: 2026-11-24\n---\n';
const ID = 'stop.b.jre3a0.oskar@example.org';
const proofs = async (body: string) =>
  (await reader.read((db) => proveStory(db, parseStory(HEAD + body, 't')))).proofs.map(({ isProved }) => isProved);

describe('stories', () => {
  it('bundled with the project are proved by the sample archive', async () => {
    const here = await reader.read((db) => storiesHere(db, loadStories('stories')));
    expect(here.map(({ slug }) => slug)).toContain('one-stop');
    for (const story of here) {
      const result = await reader.read((db) => proveStory(db, story));
      expect(result.proofs.length).toBeGreaterThan(5);
      expect(result.proofs.filter(({ isProved }) => !isProved)).toEqual([]);
    }
    expect(command('verify', [], database).stdout).toMatch(/\b0 not verified/);
  });

  it.each([
    ['unchanged', 'A kernel that has panicked is a kernel whose data structures cannot be believed', true],
    ['begun in lower case', 'a kernel that has panicked is a kernel whose data structures', true],
    ['with words put in, and marked', 'A kernel that [ever] has panicked is a kernel whose data', true],
    ['with a word changed', 'A kernel that has crashed is a kernel whose data structures cannot be believed', false],
    ['with a case changed within', 'A kernel that has Panicked is a kernel whose data structures', false],
  ])('are held to the mail: %s', async (_, text, isProved) => {
    const shown = text.replace(/[[\]]/g, '\\$&');
    expect(await proofs(`He wrote "[${shown}](mid:${ID})".`)).toEqual([isProved]);
    expect(await proofs(`> ${shown}\n>\n> — [Oskar](mid:${ID})\n`)).toEqual([isProved]);
  });

  it('are not proved by another mail, or a missing one', async () => {
    const text = 'A kernel that has panicked is a kernel whose data structures';
    expect(
      await proofs(`"[${text}](mid:stop.e.jrefuo.oskar@example.org)", "[${text}](mid:nothing@example.org)"`),
    ).toEqual([false, false]);
  });

  it('are rejected with a reason, and cannot run HTML', () => {
    expect(() => parseStory('no head', 'x')).toThrow(StoryError);
    expect(() => parseStory('---\ntitle: T\ndate: yesterday\n---\n', 'x')).toThrow(/stories\/x\.md: date/);
    const story = parseStory(`${HEAD}<script>alert(1)</script> [x](javascript:alert(1))`, 'x');
    const html = renderStory(
      story,
      () => '/',
      () => '',
    );
    expect(html).not.toMatch(/<script|href="javascript/);
  });
});
