// Small enhancements; every page is whole without them. Keys as in a mail reader, a remembered theme.
(() => {
  const root = document.documentElement;
  root.classList.add('js');
  const remembered = (() => {
    try {
      return localStorage;
    } catch {
      return {};
    }
  })();
  const show = (theme) => (theme ? root.setAttribute('data-theme', theme) : root.removeAttribute('data-theme'));
  show(remembered.theme);

  const themes = ['', 'dark', 'light'];
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'theme';
  const label = () => {
    button.textContent = { '': 'Theme: system', dark: 'Theme: dark', light: 'Theme: light' }[remembered.theme || ''];
  };
  button.addEventListener('click', () => {
    remembered.theme = themes[(themes.indexOf(remembered.theme || '') + 1) % themes.length];
    show(remembered.theme);
    label();
  });
  label();
  document.querySelector('.top nav')?.append(button);

  const keys = {
    j: ['next mail', () => step(1)],
    k: ['previous mail', () => step(-1)],
    n: ['next in the thread, or older page', () => follow('a[rel=next]')],
    p: ['previous in the thread, or newer page', () => follow('a[rel=prev]')],
    u: ['the mail that this one answers', () => follow('.mail.here .up, a[rel=up]')],
    t: ['the whole thread', () => follow('.alone .views a')],
    '/': ['search', () => document.querySelector('.find input')?.focus()],
    '?': ['these keys', help],
  };

  function follow(selector) {
    document.querySelector(selector)?.click();
  }

  function step(by) {
    const stops = [...document.querySelectorAll('.mails .mail, .threads li, .results li')];
    if (!stops.length) return follow(by > 0 ? 'a[rel=next]' : 'a[rel=prev]');
    const at = stops.findIndex((stop) => stop.classList.contains('here'));
    const next = stops[Math.min(stops.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
    for (const stop of stops) stop.classList.toggle('here', stop === next);
    next.scrollIntoView({ block: 'start' });
    (next.querySelector('a') || next).focus({ preventScroll: true });
  }

  function help() {
    const box = document.createElement('dialog');
    box.setAttribute('aria-label', 'Keys');
    const list = document.createElement('dl');
    for (const [key, [what]] of Object.entries(keys)) {
      const term = document.createElement('dt');
      term.append(Object.assign(document.createElement('kbd'), { textContent: key }));
      list.append(term, Object.assign(document.createElement('dd'), { textContent: what }));
    }
    const close = Object.assign(document.createElement('button'), { textContent: 'Close' });
    close.addEventListener('click', () => box.close());
    box.addEventListener('close', () => box.remove());
    box.append(list, close);
    document.body.append(box);
    box.showModal();
  }

  document.addEventListener('keydown', (event) => {
    const typing = event.target.closest('input, textarea, select, [contenteditable]');
    if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    const action = keys[event.key];
    if (!action) return;
    event.preventDefault();
    action[1]();
  });

  // On a phone the outline would push the mails far down.
  if (matchMedia('(max-width: 48rem)').matches) document.querySelector('.index')?.removeAttribute('open');

  // Completions of the last word, of prefixes, people and lists; the browser draws them.
  const box = document.querySelector('.find input[name=q]');
  if (box && 'list' in box) {
    const offers = document.createElement('datalist');
    offers.id = 'offers';
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
      // With a list a search box is a combo box to assistive software: it becomes one when there is something to choose.
      if (suggestions.length) box.setAttribute('list', offers.id);
      else box.removeAttribute('list');
    };
    box.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(fill, 150);
    });
  }
})();
