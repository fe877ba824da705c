import { copy, linkOf } from './copy';
import { every, make, one } from './dom';
import { save } from './saving';
import { current, goTo, seek, thread } from './thread';

function follow(selector: string, within?: Element): void {
  one(selector, within)?.click();
}

/** Folds or unfolds the current mail, or its replies. */
function fold(what: 'mail' | 'replies'): void {
  const mail = current();
  const group = what === 'replies' ? mail?.nextElementSibling : mail && one(':scope > details', mail);
  if (group instanceof HTMLDetailsElement) group.open = !group.open;
}

const KEYS: Record<string, [what: string, act: () => unknown]> = {
  j: ['next mail, or line of a list', () => step(1)],
  k: ['previous mail, or line', () => step(-1)],
  n: ['next new or unread mail; next page', () => (thread.mails.length ? seek(1) : follow('a[rel=next]'))],
  p: ['previous new or unread mail; previous page', () => (thread.mails.length ? seek(-1) : follow('a[rel=prev]'))],
  u: ['up: the mail that this one answers', () => up()],
  o: ['fold or unfold this mail', () => fold('mail')],
  O: ['fold or unfold its replies', () => fold('replies')],
  t: ['from a mail to its thread', () => follow('.alone .views a')],
  d: ["the thread's digest", () => follow('.views a[href$="/digest/"]')],
  r: ['reply', () => (current() ? follow('a[href$="#R"]', current()) : follow('a[href="#R"]'))],
  s: ['save this page, or remove it from the saved ones', save],
  y: ['copy the link of this mail', () => copy(linkOf(current()))],
  b: ['copy the b4 command', () => copyFirst()],
  q: ['copy the selection as a quotation for a story', () => follow('.pick:not([hidden])')],
  '/': ['search', () => one('.find input')?.focus()],
  '?': ['these keys', help],
};

function up(): void {
  const mail = current();
  const above = mail && one<HTMLAnchorElement>('.up', mail)?.hash.slice(1);
  if (!mail) follow('a[rel=up]');
  else if (above) goTo(document.getElementById(above)?.closest<HTMLElement>('.mail'));
}

function copyFirst(): void {
  const button = one('.copy');
  if (button) copy(button.dataset.copy ?? '', button);
}

/** The next or previous mail that is not folded away; on a list, the next or previous row. */
function step(by: 1 | -1): void {
  const { mails } = thread;
  const stops = mails.length ? mails.filter((mail) => mail.offsetParent) : every('.threads li, .results > li');
  const here = stops.findIndex((stop) => stop.classList.contains('here'));
  const shown = () => stops.indexOf(mails[thread.at] as HTMLElement) + (by > 0 && !scrollY ? 0 : by);
  const from = here >= 0 ? here + by : mails.length ? shown() : 0;
  const next = stops[Math.min(stops.length - 1, Math.max(0, from))];
  if (!next) follow(by > 0 ? 'a[rel=next]' : 'a[rel=prev]');
  else if (mails.length) goTo(next);
  else goToRow(next, stops);
}

function goToRow(row: HTMLElement, rows: readonly HTMLElement[]): void {
  for (const one of rows) one.classList.toggle('here', one === row);
  row.scrollIntoView({ block: 'nearest' });
  one('a', row)?.focus({ preventScroll: true });
}

/** The list of keys, in a dialog. */
export function help(): void {
  const list = make('dl');
  for (const [key, [what]] of Object.entries(KEYS))
    list.append(make('dt', {}, make('kbd', { textContent: key })), make('dd', { textContent: what }));
  const close = make('button', { type: 'button', textContent: 'Close' });
  const box = make('dialog', {}, make('h2', { id: 'keys-title', textContent: 'Keys' }), list, close);
  box.setAttribute('aria-labelledby', 'keys-title');
  close.addEventListener('click', () => box.close());
  box.addEventListener('close', () => box.remove());
  document.body.append(box);
  box.showModal();
}

export function listenToKeys(): void {
  document.addEventListener('keydown', (event) => {
    const at = event.target instanceof Element ? event.target : null;
    const isTyping = at?.closest('input, textarea, select, [contenteditable]');
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || one('dialog[open]')) return;
    const action = Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : undefined;
    if (!action) return;
    event.preventDefault();
    action[1]();
  });
}
