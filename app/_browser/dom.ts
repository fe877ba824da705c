type Within = Document | DocumentFragment | Element;

/** The first element that a selector finds; null if there is none. */
export const one = <E extends HTMLElement>(selector: string, within: Within = document) =>
  within.querySelector<E>(selector);

export const every = <E extends HTMLElement>(selector: string, within: Within = document) => [
  ...within.querySelectorAll<E>(selector),
];

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

export const button = (className: string, textContent = '') =>
  make('button', { type: 'button', className, textContent });
