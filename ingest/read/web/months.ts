import type { OpenOptions, SourceEvent } from '../types';
import { type BoxState, readBox } from './box';
import { ask, whole } from './http';
import { MAX_EPOCHS, MAX_PAGE_BYTES } from './limits';

/** Links to months in a pipermail index. */
const LINK = /href\s{0,4}=\s{0,4}["']?([^"'<>\s]{1,300}\.(?:txt|mbox|mbx)(?:\.gz)?)["'>\s]/gi;

/** The number of newest months that are requested again: Mailman only adds to the month in which a mail arrives. */
const STILL_GROWING = 2;
const MONTHS = 'January February March April May June July August September October November December'.split(' ');

export interface MonthsState {
  months: Record<string, BoxState>;
}

/** The files in its own folder that a pipermail index page links to, oldest first. */
export function monthsOf(page: string, url: string): string[] {
  const folder = new URL('.', url).href;
  const names = new Set<string>();
  for (const [, href = ''] of page.matchAll(LINK)) {
    if (!URL.canParse(href, url)) continue;
    const target = new URL(href, url).href;
    const name = target.startsWith(folder) ? target.slice(folder.length) : '';
    if (name && !/[/?#]/.test(name)) names.add(name);
  }
  // `2004-March.txt` and `2004-March.txt.gz` are the same month.
  const once = [...names].filter((name) => !names.has(`${name}.gz`));
  return once.sort((a, b) => timeOf(a) - timeOf(b) || (a < b ? -1 : 1)).slice(0, MAX_EPOCHS * 12);
}

function timeOf(name: string): number {
  const [, year, word = ''] = /^(\d{4})-?([A-Za-z]*|\d{2})/.exec(name) ?? [];
  const month = MONTHS.findIndex((one) => one.toLowerCase() === word.toLowerCase());
  return Number(year ?? 0) * 12 + (month >= 0 ? month : Number(word) || 0);
}

/** Fetches the page at a URL, to see whether it is an index of months. */
export async function pageAt(
  url: string,
  silence: number,
  signal?: AbortSignal,
): Promise<{ url: string; text: string }> {
  const answer = await ask(url, { silence, signal });
  return { url: answer.url, text: (await whole(answer, MAX_PAGE_BYTES, silence)).toString('latin1') };
}

/** Reads the months of an index, without those read before except the newest. */
export async function* readMonths(
  url: string,
  names: string[],
  silence: number,
  options: OpenOptions,
): AsyncGenerator<SourceEvent> {
  const state: MonthsState = { months: { ...(options.state as MonthsState | undefined)?.months } };
  for (const [n, name] of names.entries()) {
    const before = state.months[name];
    if (before && n < names.length - STILL_GROWING) continue;
    const now = yield* readBox(new URL(name, url).href, { silence }, before, options);
    if (now === null) continue;
    state.months[name] = now;
    yield { kind: 'checkpoint', state: { months: { ...state.months } } };
  }
}
