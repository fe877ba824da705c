import { linesQuery, msgidPath } from '#mail/msgid';

/** Addresses of pages. Every name in them is encoded: `/%2fevil.example/x` must not become `//evil.example/x`. */

const listPath = (list: string) => encodeURIComponent(list.toWellFormed());

export const listHref = (list: string) => `/${listPath(list)}/`;
/** A month of a list, 'YYYY-MM'. */
export const monthHref = (list: string, month: string) => `/${listPath(list)}/${month}/`;
export const messageHref = (list: string, msgid: string) => `/${listPath(list)}/${msgidPath(msgid)}/`;
export const threadHref = (list: string, msgid: string) => `${messageHref(list, msgid)}t/`;
export const flatHref = (list: string, msgid: string) => `${messageHref(list, msgid)}T/`;
/** A message with some of its lines marked; `first` from 0, as the database counts. */
export const linesHref = (href: string, first: number, lines: number) => href + linesQuery(first, lines);
export const digestHref = (list: string, msgid: string) => `${messageHref(list, msgid)}digest/`;
/** The newest week of a list, or of `all`, as Atom. */
export const weekFeedHref = (list: string) => `${listHref(list)}week.atom`;
/** What is new since a moment, on a front page: `/` or a list's. */
export const sinceHref = (front: string, since: string) => `${front}?since=${encodeURIComponent(since)}`;
/** The newest debates of a list, or of `all`, as Atom. */
export const debatesHref = (list: string) => `${listHref(list)}debates.atom`;
export const anyHref = (msgid: string) => `/r/${msgidPath(msgid)}/`;
/** What the archive knows of a commit. */
export const commitHref = (oid: string) => `/commit/${oid}/`;
/** A file rebuilt from patches, whatever list has them. */
export const blobHref = (oid: string) => `/all/${oid}/s/`;
/** A person's page; `id` is a slug, or one of their addresses. */
export const personHref = (id: string) => `/people/${msgidPath(id)}/`;
/** The search for a query. */
export const searchHref = (query: string) => `/search/?${new URLSearchParams({ q: query })}`;
/** The message at lore, for messages that this archive does not have. */
export const loreHref = (msgid: string) => `https://lore.kernel.org/r/${msgidPath(msgid)}/`;

/** Tells apart messages with one Message-ID: the address of an imposter has its row number. */
export const imposterQuery = (row: { id: number; imposter: number }) => (row.imposter ? `?imposter=${row.id}` : '');
