import { make, one } from './dom';

/** The address of a mail; without one, of the page. */
export const linkOf = (mail: HTMLElement | undefined): string =>
  (mail && one<HTMLAnchorElement>('.self', mail)?.href) ?? (location.href.split('#')[0] as string);

/** Copies a text; the button that was pressed says so. */
export async function copy(text: string, pressed?: HTMLElement): Promise<void> {
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
  if (!pressed) return;
  const was = pressed.textContent;
  pressed.textContent = 'copied';
  setTimeout(() => {
    pressed.textContent = was;
  }, 1200);
}
