import type { WeekLine, WeekPart } from '#db/queries/week';
import { timeOf } from '#mail/ids';
import { linesQuery, msgidPath } from '#mail/msgid';
import { escapeAttribute, escapeHtml } from '#mail/render';
import { visible } from '#mail/visible';

/** The mail about a week of a list. */
export interface Letter {
  subject: string;
  text: string;
  html: string;
}

/** What a letter is about. */
export interface Subject {
  /** A list's name, or `all`. */
  list: string;
  week: string;
  /** The saved search to which it is limited; null for the whole week. */
  query: string | null;
  base: string;
}

/** The letter about a week: each line with its proof. Words taken from mails are escaped in HTML, and control characters are made visible. */
export function letterOf({ list, week, query, base }: Subject, parts: WeekPart[]): Letter {
  const name = list === 'all' ? 'all lists' : list;
  const head = `This week on ${name}: ${week}${query === null ? '' : `, ${query}`}`;
  const address = `${base}/${encodeURIComponent(list)}/${week}/`;
  const href = (line: WeekLine) => `${base}${pathOf(list, line)}`;
  const nothing = 'Nothing of note happened.';
  const text = [`${head}\n${address}`, ...(parts.length ? parts.map((part) => textOf(part, href)) : [nothing])].join(
    '\n\n',
  );
  const html = [
    `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(head)}</title></head><body>`,
    `<h1><a href="${escapeAttribute(address)}">${escapeHtml(head)}</a></h1>`,
    ...(parts.length ? parts.map((part) => htmlOf(part, href)) : [`<p>${nothing}</p>`]),
    '</body></html>',
  ].join('\n');
  return { subject: visible(head).replace(/\s+/g, ' '), text: `${visible(text)}\n`, html: `${visible(html)}\n` };
}

function pathOf(list: string, { msgid, lines, isDebate }: WeekLine): string {
  const message = `/${encodeURIComponent(list)}/${msgidPath(msgid)}/`;
  if (isDebate) return `${message}digest/`;
  return lines ? message + linesQuery(lines[0], lines[1] - lines[0] + 1) : message;
}

const dayOf = ({ id }: WeekLine) => new Date(timeOf(id) * 1000).toISOString().slice(0, 10);
const whoOf = ({ author, address }: WeekLine) => author || address;
const left = (more: number) => (more ? `and ${more} more` : '');

function textOf({ title, lines, more }: WeekPart, href: (line: WeekLine) => string): string {
  const entries = lines.map((line) =>
    [
      `* ${line.title || '(no subject)'}`,
      `  ${line.what}; ${whoOf(line)}, ${dayOf(line)}`,
      ...(line.quote ? [`  "${line.quote}"`] : []),
      `  ${href(line)}`,
    ].join('\n'),
  );
  return [`${title} (${lines.length + more})`, ...entries, ...(more ? [left(more)] : [])].join('\n\n');
}

function htmlOf({ title, lines, more }: WeekPart, href: (line: WeekLine) => string): string {
  const entries = lines.map(
    (line) =>
      `<li><a href="${escapeAttribute(href(line))}">${escapeHtml(line.title || '(no subject)')}</a> <b>${escapeHtml(line.what)}</b>` +
      `${line.quote ? ` <q>${escapeHtml(line.quote)}</q>` : ''} <small>${escapeHtml(whoOf(line))}, ${dayOf(line)}</small></li>`,
  );
  const rest = more ? `\n<p>${left(more)}</p>` : '';
  return `<h2>${escapeHtml(title)} (${lines.length + more})</h2>\n<ul>\n${entries.join('\n')}\n</ul>${rest}`;
}
