// The page /saved/: what the reader saved, and export and import of all that this browser remembers. Nothing is sent anywhere.
import { button, make } from './dom';
import { recall, type Saved, type Visit } from './store';

/** The keys of ours; a file may have others. */
const OURS = /^(?:saved|theme|at .{1,500})$/;
const MOST = 2000;

type Unknown<T> = { [K in keyof T]?: unknown } | null | undefined;

/** A path of this site; an imported file may contain anything. */
const isOwn = (href: unknown): href is string =>
  typeof href === 'string' && /^\/(?!\/)/.test(href) && href.length < 2000;

const entries = (list: unknown): Saved[] =>
  (Array.isArray(list) ? (list as Unknown<Saved>[]) : [])
    .flatMap((one) => {
      if (!isOwn(one?.href)) return [];
      const { href, title, feed, at } = one;
      const entry = { href, title: String(title ?? href).slice(0, 300), at: Number(at) || 0 };
      return [isOwn(feed) ? { ...entry, feed } : entry];
    })
    .slice(-MOST);

/** The later of two records of one place, with the mails read in either. */
function merged(ours: Visit | null, theirs: unknown): unknown {
  if (!ours || typeof theirs !== 'object') return theirs;
  const visit = theirs as Partial<Visit>;
  const read = [...new Set(`${ours.read ?? ''} ${visit.read ?? ''}`.split(' ').filter(Boolean))].join(' ');
  return { ...((visit.at ?? 0) > (ours.at ?? 0) ? visit : ours), read };
}

function remembered(): Record<string, unknown> {
  const all: Record<string, unknown> = {};
  for (const key of Object.keys(localStorage)) if (OURS.test(key)) all[key] = recall(key as 'saved');
  return { threadline: 1, ...all };
}

/** Imports a file and returns how many of its pages were not saved here before; throws if it is not one of ours. */
function take(text: string): number {
  const file = JSON.parse(text);
  if (file?.threadline !== 1) throw new Error('it was not exported by this page');
  const ours = entries(recall('saved'));
  const known = new Set(ours.map(({ href }) => href));
  const news = entries(file.saved).filter(({ href }) => !known.has(href));
  localStorage.setItem('saved', JSON.stringify([...ours, ...news]));
  for (const [key, value] of Object.entries(file))
    if (key.startsWith('at ') && OURS.test(key) && value)
      localStorage.setItem(key, JSON.stringify(merged(recall(key as 'at '), value)));
  return news.length;
}

const isSearch = ({ href }: Saved) => /[?&]q=/.test(href);

function show(): void {
  const place = document.getElementById('saved');
  const all = entries(recall('saved')).sort((a, b) => b.at - a.at);
  place?.replaceChildren();
  if (!all.length) place?.append(make('p', { className: 'empty', textContent: 'Nothing is saved yet.' }));
  for (const [title, some] of [
    ['Searches', all.filter(isSearch)],
    ['Threads and other pages', all.filter((one) => !isSearch(one))],
  ] as const) {
    if (!some.length) continue;
    place?.append(make('h2', { textContent: title }), make('ul', { className: 'weekly' }, ...some.map(line)));
  }
}

function line(one: Saved): HTMLElement {
  const drop = button('quiet', 'remove');
  drop.addEventListener('click', () => {
    const rest = entries(recall('saved')).filter(({ href }) => href !== one.href);
    localStorage.setItem('saved', JSON.stringify(rest));
    show();
  });
  const shown = make('li', {}, make('a', { href: one.href, textContent: one.title }), ' ');
  if (one.feed) shown.append(make('a', { href: one.feed, textContent: 'Atom' }), ' ');
  const day = new Date(one.at * 1000).toISOString().slice(0, 10);
  shown.append(make('small', { textContent: day }), ' ', drop);
  return shown;
}

function exportAll(): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(remembered(), null, 1)], { type: 'application/json' }));
  make('a', { href: url, download: 'threadline.json' }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

async function importFrom(field: HTMLInputElement): Promise<void> {
  const said = document.getElementById('said') as HTMLElement;
  try {
    const news = take((await field.files?.[0]?.text()) ?? '');
    said.textContent = `Import done: ${news} saved ${news === 1 ? 'page is' : 'pages are'} new here.`;
  } catch (error) {
    said.textContent = `This file could not be imported: ${error instanceof Error ? error.message : error}.`;
  }
  field.value = '';
  show();
}

show();
document.addEventListener('DOMContentLoaded', () => {
  document.getElementById('export')?.addEventListener('click', exportAll);
  const field = document.getElementById('import') as HTMLInputElement | null;
  field?.addEventListener('change', () => importFrom(field));
});
