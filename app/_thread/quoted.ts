import type { QuoteLine } from '#db/queries/quoted';
import { escapeAttribute, escapeHtml, type Note } from '#mail/render';
import { nameOf } from '../_ui/format';
import { linesHref, messageHref } from '../_ui/links';

/** Notes beside a mail's text: who answered each passage, and where each quotation comes from. */
export function quoteNotes(list: string, taken: QuoteLine[], quoted: QuoteLine[]): Note[] {
  const answers = new Map<number, Map<number, QuoteLine>>();
  for (const line of taken) {
    if (!line.answered) continue;
    const end = line.sourceLine + line.sourceLines;
    const known = answers.get(end) ?? new Map<number, QuoteLine>();
    if (!known.has(line.id)) known.set(line.id, line);
    answers.set(end, known);
  }
  const below = [...answers].map(([line, replies]) => ({ line, html: tookHtml(list, [...replies.values()]) }));
  const beside = quoted
    .filter((line, n) => line.sourceId !== quoted[n - 1]?.sourceId || line.answered)
    .map((quote) => ({ line: quote.line, html: sourceHtml(list, quote) }));
  return [...below, ...beside];
}

const who = ({ author, address }: QuoteLine) => `<bdi>${escapeHtml(nameOf(author, address))}</bdi>`;

function tookHtml(list: string, replies: QuoteLine[]): string {
  const names = replies.map(
    (reply) =>
      `<a href="${escapeAttribute(linesHref(messageHref(list, reply.msgid), reply.line, reply.lines))}">${who(reply)}</a>`,
  );
  return `<span class="took">answered by ${names.join(', ')}</span>`;
}

function sourceHtml(list: string, quote: QuoteLine): string {
  const href = linesHref(messageHref(list, quote.msgid), quote.sourceLine, quote.sourceLines);
  return `<a class="source" href="${escapeAttribute(href)}" title="where this was written">${who(quote)} ↗</a>`;
}
