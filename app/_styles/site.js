// Small enhancements: a remembered theme, keys as in a mail reader, the position in a thread, what is new since the last visit,
// saved pages, copying. Every page works without them. All data stays in this browser. Loaded before the first paint.
(() => {
  const root = document.documentElement;
  root.classList.add('js');

  // Storage may be forbidden or full: then nothing is remembered.
  const recall = (key) => {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  };
  const remember = (key, value) => {
    try {
      localStorage.setItem(key, JSON.stringify(value));
    } catch {
      forget(0.5);
    }
  };

  const show = (theme) => (theme ? root.setAttribute('data-theme', theme) : root.removeAttribute('data-theme'));
  show(recall('theme'));

  const one = (selector, within = document) => within.querySelector(selector);
  const every = (selector, within = document) => [...within.querySelectorAll(selector)];
  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const now = () => Math.round(Date.now() / 1000);

  // --- What the reader has seen: threads by their first mail, lists by their address.

  const VISIT = 1800;
  const PLACES = 400;

  /** Seven characters for an address: FNV-1a. */
  function token(text) {
    let hash = 0x811c9dc5;
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    return (hash >>> 0).toString(36).padStart(7, '0');
  }

  /** What was here when the last visit ended, and when that was. A page that is loaded again within half an hour belongs to the same visit. */
  function visit(key, present) {
    const last = recall(key);
    const isNew = !last || now() - last.at > VISIT;
    const record = {
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
    return { record, isFresh: (one) => record.known !== undefined && !known.has(one) };
  }

  /** Forgets the places that were left longest ago. */
  function forget(part) {
    try {
      const places = Object.keys(localStorage).filter((key) => key.startsWith('at '));
      const old = places.map((key) => [recall(key)?.at ?? 0, key]).sort((a, b) => a[0] - b[0]);
      for (const [, key] of old.slice(0, Math.max(0, places.length - PLACES * part))) localStorage.removeItem(key);
    } catch {}
  }

  const since = (time) => new Date(time * 1000).toISOString().slice(0, 10);

  function where(...children) {
    const bar = make('div', { className: 'where' }, ...children);
    bar.setAttribute('role', 'region');
    bar.setAttribute('aria-label', 'Where you are');
    document.body.append(bar);
    return bar;
  }

  // --- A thread.

  const thread = { mails: [], at: -1, fresh: [], unread: new Set() };

  function readThread() {
    thread.mails = every('.mails .mail');
    if (!thread.mails.length) return;
    const tokens = thread.mails.map((mail) => token(one('.self', mail).pathname.split('/')[2]));
    const { record, isFresh } = visit(`at ${tokens[0]}`, tokens);
    const read = new Set(record.read.split(' ').filter(Boolean));
    const lines = new Map(every('.outline a').map((line) => [line.hash.slice(1), line]));
    for (const [n, mail] of thread.mails.entries()) {
      const line = lines.get(mail.id);
      if (read.has(tokens[n])) line?.classList.add('read');
      else thread.unread.add(mail);
      if (!isFresh(tokens[n])) continue;
      thread.fresh.push(mail);
      mail.classList.add('fresh');
      line?.classList.add('fresh');
    }

    const place = make('span', { className: 'place' });
    const name = make('span', { className: 'name' });
    const next = make('button', { type: 'button', className: 'quiet next' });
    const copyLink = make('button', { type: 'button', className: 'quiet', textContent: 'copy link' });
    next.addEventListener('click', () => seek(1));
    copyLink.addEventListener('click', () => copy(linkOf(thread.mails[thread.at]), copyLink));
    where(place, name, next, make('button', { type: 'button', className: 'quiet save' }), copyLink);

    let drawn = -1;
    const draw = () => {
      const at = nearest();
      thread.at = at;
      const unseen = thread.fresh.filter((mail) => thread.unread.has(mail)).length;
      if (thread.fresh.length) next.classList.toggle('new', unseen > 0);
      next.textContent = thread.fresh.length
        ? `${unseen} new since ${since(record.since)} ↓`
        : `${thread.unread.size} unread ↓`;
      if (at === drawn) return;
      const [before, line] = [lines.get(thread.mails[drawn]?.id), lines.get(thread.mails[at].id)];
      drawn = at;
      before?.removeAttribute('aria-current');
      place.textContent = `${at + 1} of ${thread.mails.length}`;
      name.textContent = one('.name', thread.mails[at])?.textContent ?? '';
      line?.setAttribute('aria-current', 'true');
      const box = one('.index .box');
      if (!line || !box) return;
      const [top, height] = [line.offsetTop - box.offsetTop, line.offsetHeight];
      if (top < box.scrollTop + height || top + 2 * height > box.scrollTop + box.clientHeight)
        box.scrollTop = top - box.clientHeight / 3;
    };
    let isAsked = false;
    const ask = () => {
      if (isAsked) return;
      isAsked = true;
      requestAnimationFrame(() => {
        isAsked = false;
        draw();
      });
    };

    // A mail is read when its end was on the screen.
    const shown = new Set();
    const markRead = (mail) => {
      if (!thread.unread.delete(mail)) return;
      read.add(tokens[thread.mails.indexOf(mail)]);
      lines.get(mail.id)?.classList.add('read');
      ask();
    };
    const watcher = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting, boundingClientRect } of entries) {
          if (isIntersecting) shown.add(target);
          if (shown.has(target) && boundingClientRect.bottom <= innerHeight && (scrollY > 0 || isIntersecting))
            markRead(target);
        }
      },
      { threshold: [0, 0.5, 1] },
    );
    for (const mail of thread.mails) watcher.observe(mail);
    addEventListener('scroll', ask, { passive: true });
    addEventListener('resize', ask, { passive: true });
    addEventListener('pagehide', () =>
      remember(`at ${tokens[0]}`, { ...record, at: now(), read: [...read].join(' ') }),
    );
    ask();
  }

  /** The mail that the upper third of the window shows. */
  function nearest() {
    const line = innerHeight / 3;
    let [low, high] = [0, thread.mails.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      // A mail in a folded group has no position: the one before it decides.
      let probe = middle;
      while (probe > low && !thread.mails[probe].offsetParent) probe--;
      if (thread.mails[probe].getBoundingClientRect().top <= line) low = middle === probe ? probe : middle;
      else high = probe - 1;
    }
    while (low > 0 && !thread.mails[low].offsetParent) low--;
    return Math.max(0, low);
  }

  function goTo(mail) {
    if (!mail) return;
    for (let group = mail.closest('.sub:not([open])'); group; group = mail.closest('.sub:not([open])'))
      group.open = true;
    for (const other of every('.here')) other.classList.toggle('here', other === mail);
    mail.classList.add('here');
    mail.scrollIntoView({ block: 'start' });
    mail.tabIndex = -1;
    mail.focus({ preventScroll: true });
  }

  /** The next or previous mail that is new, else unread. */
  function seek(by) {
    const here = thread.mails.findIndex((mail) => mail.classList.contains('here'));
    const at = here < 0 ? thread.at : here;
    const ahead = by > 0 ? thread.mails.slice(at + 1) : thread.mails.slice(0, at).reverse();
    const wanted = thread.fresh.length ? thread.fresh.filter((mail) => thread.unread.has(mail)) : [...thread.unread];
    const all = wanted.length ? wanted : thread.fresh;
    goTo(
      ahead.find((mail) => all.includes(mail)) ?? (by > 0 ? all.find((mail) => mail !== thread.mails[at]) : undefined),
    );
  }

  // --- Lists and weeks: rows that changed since the last visit.

  function readRows() {
    const { pathname, search } = location;
    if (!search)
      mark('.weekly > li', 'at week', 'i', 'new', (news, { from, newest }) => {
        if (from && newest > from) {
          news = make('a', { href: `${pathname}?since=${from}`, className: 'new', textContent: news.textContent });
        }
        (one('.thisweek h2') ?? one('h2')).append(' ', news);
      });
    if (search || !/^\/[^/]+\/$/.test(pathname) || !one('.bars')) return;
    mark('.cols + .threads > li', 'at', 'b', 'threads with new mail', where);
  }

  function mark(selector, key, count, what, show) {
    const rows = every(selector);
    if (!rows.length) return;
    const tokens = rows.map((row) => token(`${one('a', row).pathname} ${one(count, row)?.textContent}`));
    const { record, isFresh } = visit(`${key} ${location.pathname}`, tokens);
    const fresh = rows.filter((_, n) => isFresh(tokens[n]));
    for (const row of fresh) row.classList.add('fresh');
    if (fresh.length)
      show(
        make('span', { className: 'new', textContent: `${fresh.length} ${what} since ${since(record.since)}` }),
        record,
      );
  }

  // --- Saved pages, by their address. /saved/ shows them (saved.js).

  const here = () => location.pathname + location.search;
  const saved = () => recall('saved') ?? [];

  function save() {
    const others = saved().filter(({ href }) => href !== here());
    const isNew = others.length === saved().length;
    const feed = (one('.orders a[href*="x=A"]') ?? one('link[type*=atom]'))?.getAttribute('href');
    const title = document.title.replace(' · Threadline', '');
    remember('saved', isNew ? [...others, { href: here(), title, feed, at: now() }] : others);
    labelSave();
  }

  function labelSave() {
    const isSaved = saved().some(({ href }) => href === here());
    for (const button of every('.save')) button.textContent = isSaved ? '★ saved' : '☆ save';
  }

  // --- Copying.

  const linkOf = (mail) => (mail ? one('.self', mail).href : location.href.split('#')[0]);

  async function copy(text, button) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Over plain http there is no clipboard API.
      const field = make('textarea', { value: text });
      document.body.append(field);
      field.select();
      document.execCommand('copy');
      field.remove();
    }
    if (!button) return;
    const was = button.textContent;
    button.textContent = 'copied';
    setTimeout(() => {
      button.textContent = was;
    }, 1200);
  }

  // --- The selected words of a mail as a quotation for a story: docs/STORIES.md.

  /** '' if nothing is selected, or the selection is not of one mail's own words. */
  function quotation() {
    const range = getSelection().rangeCount ? getSelection().getRangeAt(0) : null;
    const node = range?.commonAncestorContainer;
    const at = node?.closest ? node : node?.parentElement;
    const mail = at?.closest('.body')?.closest('.mail');
    if (!mail || range.collapsed) return '';
    const said = make('div', {}, range.cloneContents());
    // Quoted words belong to another mail, and so does an imposter's Message-ID.
    const address = mail.matches('.alone') ? location : one('.self', mail);
    if (at.closest('.q, .at') || one('.q, .at', said) || /imposter/.test(address.search)) return '';
    for (const ours of every('.host, .own, .took, .source, .cut, summary', said)) ours.remove();
    for (const block of every('div', said)) block.append('\n');
    const escaped = (text) =>
      text
        .trim()
        .replace(/[\\`*_[\]<>#+!|~&]|^[-=]|^\d+(?=[.)])/g, (sign) => (/\d/.test(sign) ? `${sign}\\` : `\\${sign}`));
    const text = said.textContent.trim();
    const id = address.pathname.split('/')[2].replace(/[()]/g, (sign) => (sign === '(' ? '%28' : '%29'));
    const lines = [...text.split('\n').map(escaped), '', `— [${escaped(one('.name', mail).textContent)}](mid:${id})`];
    return text && `${lines.map((line) => `> ${line}`.trimEnd()).join('\n')}\n`;
  }

  function offerQuotation() {
    const button = make('button', { type: 'button', className: 'pick', textContent: 'copy as story', hidden: true });
    // A press would clear the selection.
    button.addEventListener('pointerdown', (event) => event.preventDefault());
    button.addEventListener('click', () => copy(quotation(), button));
    document.body.append(button);
    let timer;
    document.addEventListener('selectionchange', () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        button.hidden = !quotation();
        if (button.hidden) return;
        const { left, bottom } = getSelection().getRangeAt(0).getBoundingClientRect();
        button.style.top = `${scrollY + bottom + 4}px`;
        button.style.left = `${Math.max(4, Math.min(left, root.clientWidth - button.offsetWidth - 4))}px`;
      }, 200);
    });
  }

  // --- Keys.

  const current = () => thread.mails.find((mail) => mail.classList.contains('here')) ?? thread.mails[thread.at];
  const follow = (selector, within) => one(selector, within)?.click();
  const fold = (selector) => {
    const mail = current();
    const group = selector === '.sub' ? mail?.nextElementSibling : mail && one(':scope > details', mail);
    if (group?.matches('details')) group.open = !group.open;
  };

  const keys = {
    j: ['next mail, or line of a list', () => step(1)],
    k: ['previous mail, or line', () => step(-1)],
    n: ['next new or unread mail; next page', () => (thread.mails.length ? seek(1) : follow('a[rel=next]'))],
    p: ['previous new or unread mail; previous page', () => (thread.mails.length ? seek(-1) : follow('a[rel=prev]'))],
    u: ['up: the mail that this one answers', () => up()],
    o: ['fold or unfold this mail', () => fold('.mail')],
    O: ['fold or unfold its replies', () => fold('.sub')],
    t: ['from a mail to its thread', () => follow('.alone .views a')],
    d: ["the thread's digest", () => follow('.views a[href$="/digest/"]')],
    r: ['reply', () => (current() ? follow('a[href$="#R"]', current()) : follow('a[href="#R"]'))],
    s: ['save this page, or remove it from the saved ones', save],
    y: ['copy the link of this mail', () => copy(linkOf(current()))],
    b: ['copy the b4 command', () => copyFirst()],
    q: ['copy the selection as a quotation for a story', () => follow('.pick:not([hidden])')],
    '/': ['search', () => one('.find input').focus()],
    '?': ['these keys', help],
  };

  function up() {
    const mail = current();
    if (!mail) return follow('a[rel=up]');
    const above = one('.up', mail)?.hash.slice(1);
    if (above) goTo(document.getElementById(above)?.closest('.mail'));
  }

  function copyFirst() {
    const button = one('.copy');
    if (button) copy(button.dataset.copy, button);
  }

  function step(by) {
    const stops = thread.mails.length
      ? thread.mails.filter((mail) => mail.offsetParent)
      : every('.threads li, .results > li');
    if (!stops.length) return follow(by > 0 ? 'a[rel=next]' : 'a[rel=prev]');
    const here = stops.findIndex((stop) => stop.classList.contains('here'));
    const from =
      here >= 0
        ? here + by
        : thread.mails.length
          ? stops.indexOf(thread.mails[thread.at]) + (by > 0 && !scrollY ? 0 : by)
          : 0;
    const next = stops[Math.min(stops.length - 1, Math.max(0, from))];
    if (thread.mails.length) return goTo(next);
    for (const stop of stops) stop.classList.toggle('here', stop === next);
    next.scrollIntoView({ block: 'nearest' });
    one('a', next).focus({ preventScroll: true });
  }

  function help() {
    const list = make('dl');
    for (const [key, [what]] of Object.entries(keys))
      list.append(make('dt', {}, make('kbd', { textContent: key })), make('dd', { textContent: what }));
    const close = make('button', { type: 'button', textContent: 'Close' });
    const box = make('dialog', {}, make('h2', { id: 'keys-title', textContent: 'Keys' }), list, close);
    box.setAttribute('aria-labelledby', 'keys-title');
    close.addEventListener('click', () => box.close());
    box.addEventListener('close', () => box.remove());
    document.body.append(box);
    box.showModal();
  }

  document.addEventListener('keydown', (event) => {
    const isTyping = event.target.closest?.('input, textarea, select, [contenteditable]');
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || one('dialog[open]')) return;
    const action = Object.hasOwn(keys, event.key) && keys[event.key];
    if (!action) return;
    event.preventDefault();
    action[1]();
  });

  // --- Completions of the last word, of prefixes, people and lists; the browser draws them.

  function complete(box) {
    const offers = make('datalist', { id: 'offers' });
    box.after(offers);
    box.autocomplete = 'off';
    let timer;
    let asked = '';
    const fill = async () => {
      if (box.value === asked || !box.value) return;
      asked = box.value;
      const answer = await fetch(`/api/v1/suggest?q=${encodeURIComponent(asked)}`).catch(() => null);
      if (!answer?.ok || asked !== box.value) return;
      const { suggestions } = await answer.json();
      offers.replaceChildren(...suggestions.map(({ query, label }) => new Option(label, query)));
      // A list makes the search box a combo box for assistive software, so it is only set when there are suggestions.
      if (suggestions.length) box.setAttribute('list', offers.id);
      else box.removeAttribute('list');
    };
    box.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(fill, 150);
    });
  }

  /** Opens the folded element that the address names. */
  function unfold() {
    const target = document.getElementById(location.hash.slice(1));
    if (target?.matches('details')) target.open = true;
  }

  document.addEventListener('DOMContentLoaded', () => {
    const themes = ['', 'dark', 'light'];
    const button = one('#theme');
    const label = () => {
      button.textContent = `Theme: ${recall('theme') || 'system'}`;
    };
    button?.addEventListener('click', () => {
      const theme = themes[(themes.indexOf(recall('theme') || '') + 1) % themes.length];
      remember('theme', theme);
      show(theme);
      label();
    });
    if (button) label();
    one('#keys')?.addEventListener('click', help);
    for (const copier of every('.copy')) copier.addEventListener('click', () => copy(copier.dataset.copy, copier));
    const box = one('.top .find input');
    if (box) complete(box);
    unfold();
    addEventListener('hashchange', unfold);
    if (one('.mail .body')) offerQuotation();
    readThread();
    readRows();
    for (const button of every('.save')) button.addEventListener('click', save);
    labelSave();
  });
})();
