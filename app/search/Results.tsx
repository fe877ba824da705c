import type { SearchPage, SearchResult } from '#db/queries/search/index';
import { nameOf, plural, shortTime } from '../_ui/format';
import { messageHref, threadHref } from '../_ui/links';
import { VerdictWord } from '../_ui/VerdictWord';

/** The results: for each mail, or for the best mail of each thread, its author, its time and the passage that matches. */
export function Results({ found, list }: { found: SearchPage; list: string | null }) {
  return (
    <ol className="results">
      {found.results.map((result) => {
        const where = list ?? result.lists[0] ?? 'all';
        return (
          <li key={result.id}>
            <a href={messageHref(where, result.msgid)}>
              <bdi>{result.subject || '(no subject)'}</bdi>
            </a>
            <p className="facts">
              <bdi>{nameOf(result.author.name, result.author.address)}</bdi> · <time>{shortTime(result.sentAt)}</time> ·{' '}
              {result.lists.join(', ')} · <a href={threadHref(where, result.msgid)}>thread ({result.threadMessages})</a>
              {result.verdict ? (
                <>
                  {' '}
                  <a href={`/series/${result.verdict.of}/`}>
                    <VerdictWord {...result.verdict} />
                  </a>
                </>
              ) : null}
            </p>
            <p className="snippet">
              {result.quotes === undefined ? null : <Quoting quotes={result.quotes} />}
              {result.hasAttachments && !result.snippet.some(({ mark }) => mark) ? (
                <em>perhaps in an attachment: </em>
              ) : null}
              {result.snippet.map(({ text, mark }, n) => (mark ? <mark key={n}>{text}</mark> : text))}
            </p>
            <Also result={result} where={where} />
          </li>
        );
      })}
    </ol>
  );
}

/** Names the author of the passage if that is not the author of the mail. */
function Quoting({ quotes }: { quotes: NonNullable<SearchResult['quotes']> | null }) {
  return (
    <em>
      {quotes ? (
        <>
          quoting <bdi>{nameOf(quotes.name, quotes.address)}</bdi>:
        </>
      ) : (
        'quoted:'
      )}{' '}
    </em>
  );
}

/** The other matches of a thread, if results are threads. */
function Also({ result, where }: { result: SearchResult; where: string }) {
  const { matches = 1, also = [] } = result;
  if (matches < 2) return null;
  const unnamed = matches - 1 - also.length;
  return (
    <p className="facts also">
      {also.map((other, n) => (
        <span key={other.msgid}>
          {n ? ', ' : 'also '}
          <a href={messageHref(where, other.msgid)}>
            <bdi>{nameOf(other.author.name, other.author.address)}</bdi>
          </a>{' '}
          {shortTime(other.sentAt).slice(0, 10)}
        </span>
      ))}
      {unnamed > 0 ? ` and ${plural(unnamed, 'more message')} of this thread` : ''}
    </p>
  );
}
