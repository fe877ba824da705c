import { copy } from './copy';
import { button, every, make, one } from './dom';

/** The selected range; null if nothing is selected. */
function selected(): Range | null {
  const selection = getSelection();
  const range = selection?.rangeCount ? selection.getRangeAt(0) : null;
  return range?.collapsed ? null : range;
}

/** Text with its Markdown signs escaped. */
const escaped = (text: string) =>
  text
    .trim()
    .replace(/[\\`*_[\]<>#+!|~&]|^[-=]|^\d+(?=[.)])/g, (sign) => (/\d/.test(sign) ? `${sign}\\` : `\\${sign}`));

/**
 * The selected words of a mail as a quotation for a story (docs/STORIES.md); '' if nothing is selected, or the selection is not of one
 * mail's own words.
 */
function quotation(): string {
  const range = selected();
  const node = range?.commonAncestorContainer;
  const at = node instanceof Element ? node : node?.parentElement;
  const mail = at?.closest('.body')?.closest('.mail');
  if (!range || !at || !mail) return '';
  const said = make('div', {}, range.cloneContents());
  // Quoted words belong to another mail, and so does an imposter's Message-ID.
  const address = mail.matches('.alone') ? location : one<HTMLAnchorElement>('.self', mail);
  if (!address || at.closest('.q, .at') || one('.q, .at', said) || /imposter/.test(address.search)) return '';
  for (const ours of every('.host, .own, .took, .source, .cut, summary', said)) ours.remove();
  for (const block of every('div', said)) block.append('\n');
  const text = said.textContent?.trim() ?? '';
  const id = address.pathname.split('/')[2]?.replace(/[()]/g, (sign) => (sign === '(' ? '%28' : '%29'));
  const by = escaped(one('.name', mail)?.textContent ?? '');
  const lines = [...text.split('\n').map(escaped), '', `— [${by}](mid:${id})`];
  return text && `${lines.map((line) => `> ${line}`.trimEnd()).join('\n')}\n`;
}

/** Shows a button below the selection. */
export function offerQuotation(): void {
  const pick = button('pick', 'copy as story');
  pick.hidden = true;
  // A press would clear the selection.
  pick.addEventListener('pointerdown', (event) => event.preventDefault());
  pick.addEventListener('click', () => copy(quotation(), pick));
  document.body.append(pick);
  let timer: ReturnType<typeof setTimeout> | undefined;
  document.addEventListener('selectionchange', () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const place = quotation() && selected()?.getBoundingClientRect();
      pick.hidden = !place;
      if (!place) return;
      pick.style.top = `${scrollY + place.bottom + 4}px`;
      pick.style.left = `${Math.max(4, Math.min(place.left, document.documentElement.clientWidth - pick.offsetWidth - 4))}px`;
    }, 200);
  });
}
