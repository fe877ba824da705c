/** Addresses of pages (DESIGN section 3). */

/** A Message-ID as a path segment: what lore leaves readable stays readable, `/` becomes %2F. */
export function msgidPath(msgid: string): string {
  return encodeURIComponent(msgid).replace(/%(40|3D|2B|24|2C|3A|3B|21|26)/g, (code) => decodeURIComponent(code));
}

export const messageHref = (list: string, msgid: string) => `/${list}/${msgidPath(msgid)}/`;
export const threadHref = (list: string, msgid: string) => `/${list}/${msgidPath(msgid)}/t/`;
export const flatHref = (list: string, msgid: string) => `/${list}/${msgidPath(msgid)}/T/`;
export const anyHref = (msgid: string) => `/r/${msgidPath(msgid)}/`;
/** The same message at lore, for what this archive does not have. */
export const loreHref = (msgid: string) => `https://lore.kernel.org/r/${msgidPath(msgid)}/`;
