// The page /saved/: what the reader saved, and export and import of all that this browser remembers. Nothing is sent anywhere.
(() => {
  const recall = (key) => {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  };
  const OURS = /^(?:saved|theme|at .{1,500})$/;
  const MOST = 2000;
  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  /** A path of this site; an imported file may contain anything. */
  const isOwn = (href) => typeof href === 'string' && /^\/(?!\/)/.test(href) && href.length < 2000;

  const entries = (list) =>
    (Array.isArray(list) ? list : [])
      .filter((one) => isOwn(one?.href))
      .map(({ href, title, feed, at }) => ({
        href,
        title: String(title ?? href).slice(0, 300),
        ...(isOwn(feed) ? { feed } : {}),
        at: Number(at) || 0,
      }))
      .slice(-MOST);

  /** The later of two records of one place, with the mails read in either. */
  function merged(ours, theirs) {
    if (!ours || typeof theirs !== 'object') return theirs;
    const read = [...new Set(`${ours.read ?? ''} ${theirs.read ?? ''}`.split(' ').filter(Boolean))].join(' ');
    return { ...((theirs.at ?? 0) > (ours.at ?? 0) ? theirs : ours), read };
  }

  function remembered() {
    const all = {};
    for (const key of Object.keys(localStorage)) if (OURS.test(key)) all[key] = recall(key);
    return { threadline: 1, ...all };
  }

  /** Imports a file and returns how many of its pages were not saved here before; throws if it is not one of ours. */
  function take(text) {
    const file = JSON.parse(text);
    if (file?.threadline !== 1) throw new Error('it was not exported by this page');
    const ours = entries(recall('saved'));
    const known = new Set(ours.map(({ href }) => href));
    const news = entries(file.saved).filter(({ href }) => !known.has(href));
    localStorage.setItem('saved', JSON.stringify([...ours, ...news]));
    for (const [key, value] of Object.entries(file))
      if (key.startsWith('at ') && OURS.test(key) && value)
        localStorage.setItem(key, JSON.stringify(merged(recall(key), value)));
    return news.length;
  }

  function show() {
    const place = document.getElementById('saved');
    const all = entries(recall('saved')).sort((a, b) => b.at - a.at);
    const isSearch = ({ href }) => /[?&]q=/.test(href);
    const groups = [
      ['Searches', all.filter(isSearch)],
      ['Threads and other pages', all.filter((one) => !isSearch(one))],
    ];
    place.replaceChildren();
    if (!all.length) place.append(make('p', { className: 'empty', textContent: 'Nothing is saved yet.' }));
    for (const [title, ones] of groups) {
      if (!ones.length) continue;
      const list = make('ul', { className: 'weekly' });
      for (const one of ones) {
        const drop = make('button', { type: 'button', className: 'quiet', textContent: 'remove' });
        drop.addEventListener('click', () => {
          const rest = entries(recall('saved')).filter(({ href }) => href !== one.href);
          localStorage.setItem('saved', JSON.stringify(rest));
          show();
        });
        const line = make('li', {}, make('a', { href: one.href, textContent: one.title }), ' ');
        if (one.feed) line.append(make('a', { href: one.feed, textContent: 'Atom' }), ' ');
        const day = new Date(one.at * 1000).toISOString().slice(0, 10);
        line.append(make('small', { textContent: day }), ' ', drop);
        list.append(line);
      }
      place.append(make('h2', { textContent: title }), list);
    }
  }

  show();
  document.addEventListener('DOMContentLoaded', () => {
    const said = document.getElementById('said');
    document.getElementById('export').addEventListener('click', () => {
      const url = URL.createObjectURL(new Blob([JSON.stringify(remembered(), null, 1)], { type: 'application/json' }));
      make('a', { href: url, download: 'threadline.json' }).click();
      setTimeout(() => URL.revokeObjectURL(url), 1000);
    });
    document.getElementById('import').addEventListener('change', async ({ target }) => {
      try {
        const news = take(await target.files[0].text());
        said.textContent = `Import done: ${news} saved ${news === 1 ? 'page is' : 'pages are'} new here.`;
      } catch (error) {
        said.textContent = `This file could not be imported: ${error.message}.`;
      }
      target.value = '';
      show();
    });
  });
})();
