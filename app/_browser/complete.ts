import { make } from './dom';

const WAIT_MS = 150;

/** Offers completions of the last word: prefixes, people and lists. The browser draws them. */
export function complete(box: HTMLInputElement): void {
  const offers = make('datalist', { id: 'offers' });
  box.after(offers);
  box.autocomplete = 'off';
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = '';
  const fill = async () => {
    if (box.value === asked || !box.value) return;
    asked = box.value;
    const answer = await fetch(`/api/v1/suggest?q=${encodeURIComponent(asked)}`).catch(() => null);
    if (!answer?.ok || asked !== box.value) return;
    const { suggestions }: { suggestions: { query: string; label: string }[] } = await answer.json();
    offers.replaceChildren(...suggestions.map(({ query, label }) => new Option(label, query)));
    // A list makes the search box a combo box for assistive software, so it is only set when there are suggestions.
    if (suggestions.length) box.setAttribute('list', offers.id);
    else box.removeAttribute('list');
  };
  box.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(fill, WAIT_MS);
  });
}
