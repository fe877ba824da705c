import { copy, linkOf } from './copy';
import { button, every, make, one } from './dom';
import { remember } from './store';
import { dayOf, now, saveButton, token, visit, where } from './visit';

/** The mails of the thread that the page shows; none on other pages. */
export const thread = {
  mails: [] as HTMLElement[],
  /** The one that the window shows. */
  at: -1,
  /** New since the last visit. */
  fresh: [] as HTMLElement[],
  unread: new Set<HTMLElement>(),
};

/** The mail that the reader went to, else the one that the window shows. */
export const current = () => thread.mails.find((mail) => mail.classList.contains('here')) ?? thread.mails[thread.at];

/** Marks new and unread mails, and shows the position in the thread. */
export function readThread(): void {
  thread.mails = every('.mails .mail');
  if (!thread.mails.length) return;
  const tokens = thread.mails.map((mail) =>
    token(one<HTMLAnchorElement>('.self', mail)?.pathname.split('/')[2] as string),
  );
  const key = `at ${tokens[0]}` as const;
  const { record, isFresh } = visit(key, tokens);
  const read = new Set(record.read.split(' ').filter(Boolean));
  const lines = new Map(every<HTMLAnchorElement>('.outline a').map((line) => [line.hash.slice(1), line]));
  for (const [n, mail] of thread.mails.entries()) {
    const line = lines.get(mail.id);
    if (read.has(tokens[n] as string)) line?.classList.add('read');
    else thread.unread.add(mail);
    if (!isFresh(tokens[n] as string)) continue;
    thread.fresh.push(mail);
    mail.classList.add('fresh');
    line?.classList.add('fresh');
  }
  const ask = onceAFrame(placeBar(lines, record.since ?? 0));
  watchReading((mail) => {
    read.add(tokens[thread.mails.indexOf(mail)] as string);
    lines.get(mail.id)?.classList.add('read');
    ask();
  });
  addEventListener('scroll', ask, { passive: true });
  addEventListener('resize', ask, { passive: true });
  addEventListener('pagehide', () => remember(key, { ...record, at: now(), read: [...read].join(' ') }));
  ask();
}

/** The bar with the position in the thread. The result brings it and the outline up to date. */
function placeBar(lines: ReadonlyMap<string, HTMLElement>, since: number): () => void {
  const place = make('span', { className: 'place' });
  const name = make('span', { className: 'name' });
  const next = button('quiet next');
  const copyLink = button('quiet', 'copy link');
  next.addEventListener('click', () => seek(1));
  copyLink.addEventListener('click', () => copy(linkOf(thread.mails[thread.at]), copyLink));
  where(place, name, next, saveButton(), copyLink);

  let drawn = -1;
  return () => {
    const at = nearest();
    thread.at = at;
    const unseen = thread.fresh.filter((mail) => thread.unread.has(mail)).length;
    if (thread.fresh.length) next.classList.toggle('new', unseen > 0);
    next.textContent = thread.fresh.length ? `${unseen} new since ${dayOf(since)} ↓` : `${thread.unread.size} unread ↓`;
    if (at === drawn) return;
    const mail = thread.mails[at] as HTMLElement;
    lines.get(thread.mails[drawn]?.id ?? '')?.removeAttribute('aria-current');
    drawn = at;
    place.textContent = `${at + 1} of ${thread.mails.length}`;
    name.textContent = one('.name', mail)?.textContent ?? '';
    showLine(lines.get(mail.id));
  };
}

/** Marks a line of the outline and scrolls it into its box. */
function showLine(line: HTMLElement | undefined): void {
  line?.setAttribute('aria-current', 'true');
  const box = one('.index .box');
  if (!line || !box) return;
  const [top, height] = [line.offsetTop - box.offsetTop, line.offsetHeight];
  if (top < box.scrollTop + height || top + 2 * height > box.scrollTop + box.clientHeight)
    box.scrollTop = top - box.clientHeight / 3;
}

function onceAFrame(draw: () => void): () => void {
  let isAsked = false;
  return () => {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(() => {
      isAsked = false;
      draw();
    });
  };
}

/** A mail is read when its end was on the screen. */
function watchReading(onRead: (mail: HTMLElement) => void): void {
  const shown = new Set<Element>();
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting, boundingClientRect } of entries) {
        if (isIntersecting) shown.add(target);
        const isRead = shown.has(target) && boundingClientRect.bottom <= innerHeight && (scrollY > 0 || isIntersecting);
        if (isRead && thread.unread.delete(target as HTMLElement)) onRead(target as HTMLElement);
      }
    },
    { threshold: [0, 0.5, 1] },
  );
  for (const mail of thread.mails) watcher.observe(mail);
}

/** The mail that the upper third of the window shows. */
function nearest(): number {
  const mailAt = (n: number) => thread.mails[n] as HTMLElement;
  const line = innerHeight / 3;
  let [low, high] = [0, thread.mails.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    // A mail in a folded group has no position: the one before it decides.
    let probe = middle;
    while (probe > low && !mailAt(probe).offsetParent) probe--;
    if (mailAt(probe).getBoundingClientRect().top <= line) low = middle === probe ? probe : middle;
    else high = probe - 1;
  }
  while (low > 0 && !mailAt(low).offsetParent) low--;
  return Math.max(0, low);
}

/** Unfolds a mail's groups and brings it to the top of the window. */
export function goTo(mail: HTMLElement | null | undefined): void {
  if (!mail) return;
  const folded = () => mail.closest<HTMLDetailsElement>('.sub:not([open])');
  for (let group = folded(); group; group = folded()) group.open = true;
  for (const other of every('.here')) other.classList.toggle('here', other === mail);
  mail.classList.add('here');
  mail.scrollIntoView({ block: 'start' });
  mail.tabIndex = -1;
  mail.focus({ preventScroll: true });
}

/** Goes to the next or previous mail that is new, else unread. */
export function seek(by: 1 | -1): void {
  const here = thread.mails.findIndex((mail) => mail.classList.contains('here'));
  const at = here < 0 ? thread.at : here;
  const ahead = by > 0 ? thread.mails.slice(at + 1) : thread.mails.slice(0, at).reverse();
  const wanted = thread.fresh.length ? thread.fresh.filter((mail) => thread.unread.has(mail)) : [...thread.unread];
  const all = wanted.length ? wanted : thread.fresh;
  goTo(
    ahead.find((mail) => all.includes(mail)) ?? (by > 0 ? all.find((mail) => mail !== thread.mails[at]) : undefined),
  );
}
