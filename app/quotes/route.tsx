import { Fragment } from 'react';
import type { Snapshot } from '#db/open';
import { ARTICLE_MS, type FoundQuote, findQuotes, MAX_ARTICLE, type QuoteMatch } from '#db/queries/quotes';
import { changeOf, type Effort, editsOf, effortOfArticle } from '#quote/edits';
import { page, problem } from '../_page/page';
import { frameOf } from '../_page/sections';
import { Document } from '../_ui/Document';
import { nameOf, plural, shortDate } from '../_ui/format';
import { linesHref, messageHref } from '../_ui/links';

/** `/quotes/`: paste an article, and see the mail that each of its quotations comes from. */
export const GET = page(({ db }) => finder(db, '', null));

export const POST = page(async ({ request, db }) => {
  const article = await articleOf(request);
  if (typeof article !== 'string') return article;
  return finder(db, article, article.trim() ? await findQuotes(db, article, ARTICLE_MS) : null);
});

/** The form's field. Its length counts UTF-16 units, each of which takes up to three bytes in UTF-8. */
async function articleOf(request: Request): Promise<string | Response> {
  if (Number(request.headers.get('content-length') ?? 0) > MAX_ARTICLE * 3)
    return problem(413, 'This article is too long', `The limit is ${MAX_ARTICLE.toLocaleString('en-US')} characters.`);
  const form = await request.formData().catch(() => null);
  const article = form?.get('article');
  if (typeof article !== 'string') return problem(400, 'No article was sent', 'Send a form with the field "article".');
  if (article.length > MAX_ARTICLE)
    return problem(413, 'This article is too long', `The limit is ${MAX_ARTICLE.toLocaleString('en-US')} characters.`);
  return article;
}

async function finder(db: Snapshot, article: string, quotes: FoundQuote[] | null) {
  return (
    <Document {...(await frameOf(db))} at="/quotes/" title="Quote finder · Threadline">
      <h1>Quote finder</h1>
      <p className="about">
        Paste an article as text, Markdown or HTML. Each quotation in it is searched for in the archive and marked as
        verbatim, edited (the edit is shown) or not found (the nearest passage is shown).
      </p>
      {quotes ? <Found quotes={quotes} /> : null}
      <form method="post" action="/quotes/" encType="multipart/form-data" className="article">
        <label htmlFor="article">Article</label>
        <textarea id="article" name="article" rows={quotes ? 8 : 18} maxLength={MAX_ARTICLE} defaultValue={article} />
        <button type="submit">Find quotations</button>
      </form>
    </Document>
  );
}

function Found({ quotes }: { quotes: FoundQuote[] }) {
  const effort = effortOfArticle();
  const count = (status: FoundQuote['status']) => quotes.filter((quote) => quote.status === status).length;
  return (
    <section aria-label="Quotations">
      <p className="facts">
        {plural(quotes.length, 'quotation')}: {count('verbatim')} verbatim, {count('edited')} edited,{' '}
        {count('not found')} not found
      </p>
      <ol className="quotes">
        {quotes.map(({ text, status, matches }, n) => (
          <li key={n} className={status.replace(' ', '-')}>
            <blockquote>{text}</blockquote>
            <p className="facts">
              <strong>{status}</strong>
              {status === 'edited' && matches[0] ? <>: {changeOf(matches[0].text, text, effort)}</> : null}
              {status === 'not found' && matches[0] ? <Nearest match={matches[0]} /> : null}
              {status === 'not found'
                ? null
                : matches.map((match) => (
                    <Fragment key={match.id}>
                      {' '}
                      · <Source match={match} />
                    </Fragment>
                  ))}
            </p>
            {status === 'edited' && matches[0] ? <Edits source={matches[0].text} text={text} effort={effort} /> : null}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Source({ match }: { match: QuoteMatch }) {
  const [first, last] = match.lines;
  return (
    <span className="source">
      {match.isQuoted ? 'quoted by ' : ''}
      <a href={linesHref(messageHref(match.list ?? 'all', match.msgid), first - 1, last - first + 1)}>
        <bdi>{nameOf(match.author.name, match.author.address)}</bdi>, {shortDate(match.sentAt)}
      </a>
      , {first === last ? `line ${first}` : `lines ${first} to ${last}`}
    </span>
  );
}

function Nearest({ match }: { match: QuoteMatch }) {
  return (
    <>
      ; nearest passage ({Math.round(match.similarity * 100)} % alike): <Source match={match} />:{' '}
      <q>{match.text.replace(/\s+/g, ' ').slice(0, 300)}</q>
    </>
  );
}

/** What the article changed, beside what the mail says. */
function Edits({ source, text, effort }: { source: string; text: string; effort: Effort }) {
  return (
    <p className="edits">
      {editsOf(source, text, effort).map(({ kind, text: run }, n) =>
        kind === 'same' ? run : kind === 'put in' ? <ins key={n}>{run}</ins> : <del key={n}>{run}</del>,
      )}
    </p>
  );
}
