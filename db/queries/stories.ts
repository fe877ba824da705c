import { align, readQuotation } from '#quote/align';
import type { Story, StoryQuotation } from '#site/story';
import type { Snapshot } from '../open';
import { readMessage } from './message';
import { findQuote } from './quotes';

/** The proof of a story's quotation in the archive. */
export interface Proof extends StoryQuotation {
  /** It is verbatim, apart from visible brackets and omissions. */
  isProved: boolean;
  author: { name: string; address: string } | null;
  sentAt: number | null;
  /** The first and last line in the displayed text, from 0. */
  lines: [number, number] | null;
  /** The most similar passage for a quotation that is not proved. */
  nearest: string | null;
}

export interface ProvedStory {
  story: Story;
  proofs: Proof[];
}

/** The stories about lists in this archive. */
export async function storiesHere(db: Snapshot, stories: Story[]): Promise<Story[]> {
  const lists = new Set((await db.all<{ name: string }>('SELECT name FROM list')).map(({ name }) => name));
  return stories.filter(({ list }) => list === undefined || lists.has(list));
}

/** Compares every quotation of a story with the mail that it names. */
export async function proveStory(db: Snapshot, story: Story): Promise<ProvedStory> {
  const proofs: Proof[] = [];
  for (const quotation of story.quotations) proofs.push(await prove(db, quotation));
  return { story, proofs };
}

async function prove(db: Snapshot, quotation: StoryQuotation): Promise<Proof> {
  const unproved = { ...quotation, isProved: false, author: null, sentAt: null, lines: null, nearest: null };
  const found = await readMessage(db, quotation.msgid);
  if (!found) return { ...unproved, nearest: await nearestOf(db, quotation.text) };
  const { message, text } = found;
  const own = { author: { name: message.author, address: message.address }, sentAt: message.sent_at };
  const read = readQuotation(quotation.text);
  const place = align(read, text);
  if (!place) return { ...unproved, ...own };
  const isProved = place.status === 'verbatim' || (place.status === 'edited' && read.isMarked);
  const line = (at: number) => text.slice(0, at).split('\n').length - 1;
  return {
    ...quotation,
    ...own,
    isProved,
    lines: [line(place.start), line(place.end - 1)],
    nearest: isProved ? null : text.slice(place.start, place.end),
  };
}

async function nearestOf(db: Snapshot, text: string): Promise<string | null> {
  return (await findQuote(db, text)).matches[0]?.text ?? null;
}
