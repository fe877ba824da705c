import { every, one } from './dom';
import { recall, remember } from './store';
import { now } from './visit';

const here = () => location.pathname + location.search;
const saved = () => recall('saved') ?? [];

/** Saves the page by its address, or removes it from the saved ones. /saved/ shows them (saved.ts). */
export function save(): void {
  const others = saved().filter(({ href }) => href !== here());
  const isNew = others.length === saved().length;
  const link = one('.orders a[href*="x=A"]') ?? one('link[type*=atom]');
  const feed = link?.getAttribute('href') ?? undefined;
  const title = document.title.replace(' · Threadline', '');
  remember('saved', isNew ? [...others, { href: here(), title, feed, at: now() }] : others);
  labelSave();
}

export function labelSave(): void {
  const isSaved = saved().some(({ href }) => href === here());
  for (const button of every('.save')) button.textContent = isSaved ? '★ saved' : '☆ save';
}
