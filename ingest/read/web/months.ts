import type { OpenOptions, SourceEvent } from '../types';
import { type BoxState, readBox } from './box';
import { ask, whole } from './http';
import { MAX_EPOCHS, MAX_PAGE_BYTES } from './limits';

/** Months of a pipermail index, as it links to them. */
const LINK = /href\s{0,4}=\s{0,4}["']?([^"'<>\s]{1,300}\.(?:txt|mbox|mbx)(?:\.gz)?)["'>\s]/gi;

/** The newest months are asked for again: Mailman adds to the month of the mail's arrival only. */
const STILL_GROWING = 2;
const MONTHS = 'January February March April May June July August September October November December'.split(' ');

export interface MonthsState {
  months: Record<string, BoxState>;
}

/** Files that an index page of a pipermail archive links to, in its own folder, oldest first. */
export function monthsOf(page: string, url: string): string[] {
  const folder = new URL('.', url).href;
  const names = new Set<string>();
  for (const [, href = ''] of page.matchAll(LINK)) {
    if (!URL.canParse(href, url)) continue;
    const target = new URL(href, url).href;
    const name = target.startsWith(folder) ? target.slice(folder.length) : '';
    if (name && !/[/?#]/.test(name)) names.add(name);
  }
  // `2004-March.txt` and `2004-March.txt.gz` are one month.
  const once = [...names].filter((name) => !names.has(`${name}.gz`));
  return once.sort((a, b) => timeOf(a) - timeOf(b) || (a < b ? -1 : 1)).slice(0, MAX_EPOCHS * 12);
}

function timeOf(name: string): number {
  const [, year, word = ''] = /^(\d{4})-?([A-Za-z]*|\d{2})/.exec(name) ?? [];
  const month = MONTHS.findIndex((one) => one.toLowerCase() === word.toLowerCase());
  return Number(year ?? 0) * 12 + (month >= 0 ? month : Number(word) || 0);
}

/** The page at a URL, for telling whether it is an index of months. */
export async function pageAt(
  url: string,
  silence: number,
  signal?: AbortSignal,
): Promise<{ url: string; text: string }> {
  const answer = await ask(url, { silence, signal });
  return { url: answer.url, text: (await whole(answer, MAX_PAGE_BYTES, silence)).toString('latin1') };
}

/** Reads the months of an index, those read before left out but for the newest. */
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
