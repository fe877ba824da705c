// Small enhancements: a remembered theme, keys as in a mail reader, the position in a thread, what is new since the last visit,
// saved pages, copying. Every page works without them. All data stays in this browser. Loaded before the first paint.
import { complete } from './complete';
import { copy } from './copy';
import { every, one } from './dom';
import { help, listenToKeys } from './keys';
import { offerQuotation } from './quotation';
import { readRows } from './rows';
import { labelSave, save } from './saving';
import { recall, remember } from './store';
import { readThread } from './thread';

const THEMES = ['', 'dark', 'light'];
const root = document.documentElement;
root.classList.add('js');

const showTheme = (theme: string | null) =>
  theme ? root.setAttribute('data-theme', theme) : root.removeAttribute('data-theme');
showTheme(recall('theme'));
listenToKeys();

/** The button that goes from one theme to the next. */
function offerThemes(): void {
  const button = one('#theme');
  if (!button) return;
  const label = () => {
    button.textContent = `Theme: ${recall('theme') || 'system'}`;
  };
  button.addEventListener('click', () => {
    const theme = THEMES[(THEMES.indexOf(recall('theme') || '') + 1) % THEMES.length] as string;
    remember('theme', theme);
    showTheme(theme);
    label();
  });
  label();
}

/** Opens the folded element that the address names. */
function unfold(): void {
  const target = document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) target.open = true;
}

document.addEventListener('DOMContentLoaded', () => {
  offerThemes();
  one('#keys')?.addEventListener('click', help);
  for (const copier of every('.copy')) copier.addEventListener('click', () => copy(copier.dataset.copy ?? '', copier));
  const box = one<HTMLInputElement>('.top .find input');
  if (box) complete(box);
  unfold();
  addEventListener('hashchange', unfold);
  if (one('.mail .body')) offerQuotation();
  readThread();
  readRows();
  for (const button of every('.save')) button.addEventListener('click', save);
  labelSave();
});
