import { button, make, one } from './dom';
import { forget, recall, remember, type Visit } from './store';

const VISIT_SECONDS = 1800;

export const now = () => Math.round(Date.now() / 1000);
export const dayOf = (time: number) => new Date(time * 1000).toISOString().slice(0, 10);

/** Seven characters for an address: FNV-1a. */
export function token(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(36).padStart(7, '0');
}

/** What was here when the last visit ended, and when that was. A page that is loaded again within half an hour belongs to the same visit. */
export function visit(key: `at ${string}`, present: readonly string[]) {
  const last = recall(key);
  const isNew = !last || now() - last.at > VISIT_SECONDS;
  const record: Visit = {
    at: now(),
    since: isNew ? last?.at : last.since,
    known: isNew ? last?.all : last.known,
    from: isNew ? last?.newest : last.from,
    newest: one('[data-newest]')?.dataset.newest,
    all: present.join(' '),
    read: last?.read ?? '',
  };
  if (!last) forget(1);
  remember(key, record);
  const known = new Set(record.known?.split(' '));
  return { record, isFresh: (one: string) => record.known !== undefined && !known.has(one) };
}

/** A bar at the edge of the window. */
export function where(...children: (Node | string)[]): void {
  const bar = make('div', { className: 'where' }, ...children);
  bar.setAttribute('role', 'region');
  bar.setAttribute('aria-label', 'Where you are');
  document.body.append(bar);
}

export const saveButton = () => button('quiet save');
