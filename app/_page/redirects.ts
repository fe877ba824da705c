import type { Snapshot } from '#db/open';
import { findMessages, listsOf } from '#db/queries/message';
import { listHref, messageHref } from '../_ui/links';
import { redirect } from '../_web/http';

/** For a mail under a list that is not here: the same view of it on a list that has it; null if no list has it. */
export async function onOtherList(db: Snapshot, msgid: string, view: string): Promise<Response | null> {
  const [message] = await findMessages(db, msgid);
  const [list] = message ? await listsOf(db, message.id) : [];
  return list ? redirect(messageHref(list.name, msgid) + view) : null;
}

/** Pages of a list that public-inbox calls by another name. */
const PAGES: Record<string, string> = {
  'topics_new.html': '',
  'topics_active.html': '',
  'index.html': '',
  'new.html': '',
  'atom.xml': 'new.atom',
};

/** public-inbox's other names of a list's page, or a moment (`20040728`, `20040728102400`); null if it is neither. */
export function listAlias(list: string, name: string): Response | null {
  if (Object.hasOwn(PAGES, name)) return redirect(listHref(list) + PAGES[name], 301);
  if (/^\d{8}$/.test(name))
    return redirect(`${listHref(list)}${name.slice(0, 4)}-${name.slice(4, 6)}-${name.slice(6)}/`);
  return /^\d{10,14}$/.test(name) ? redirect(`${listHref(list)}?t=${name.padEnd(14, '0')}`) : null;
}

/**
 * Addresses of public-inbox's first years: `/{list}/m/{msgid}.html`, `f/`, `t/{msgid}.mbox.gz` and so on (its WWW.pm, legacy_redirects).
 * `rest` is what follows the letter.
 */
export function legacy(list: string, letter: string, rest: string[]): Response | null {
  const [name = '', ...views] = rest.filter(Boolean);
  if (!/^[mft]$/.test(letter) || !name) return null;
  const [, msgid = '', ending = ''] = /^(.+?)(\.html|\.txt|\.mbox(?:\.gz)?)?$/.exec(name) ?? [];
  const view = views.join('/') || ending;
  const href = messageHref(list, msgid);
  if (/mbox/.test(view)) return redirect(`${href}t.mbox.gz`, 301);
  if (view === '.txt' || view === 'raw') return redirect(`${href}raw`, 301);
  return redirect(letter === 't' ? `${href}t/#u` : href, 301);
}
