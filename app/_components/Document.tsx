import type { ReactNode } from 'react';
import { assetHref } from '../_lib/assets';
import { listHref } from '../_lib/links';

export interface DocumentProps {
  title: string;
  /** Name of the list searched from this page; null: all. */
  list?: string | null;
  query?: string;
  /** The page shows mail made by samples/: it says so. */
  synthetic?: boolean;
  /** Class of the body's grid. */
  layout?: 'wide' | 'reading';
  feed?: string;
  children: ReactNode;
}

/** The frame of every page. */
export function Document({
  title,
  list = null,
  query = '',
  synthetic = false,
  layout = 'reading',
  feed,
  children,
}: DocumentProps) {
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title}</title>
        <link rel="stylesheet" href={assetHref('site.css')} />
        <link rel="icon" href={assetHref('icon.svg')} type="image/svg+xml" />
        {feed ? <link rel="alternate" type="application/atom+xml" href={feed} title="Atom feed" /> : null}
        <script src={assetHref('site.js')} defer />
      </head>
      <body>
        <a className="skip" href="#main">
          Skip to content
        </a>
        <header className="top">
          <a className="mark" href="/">
            Threadline
          </a>
          <form className="find" action={list ? listHref(list) : '/search/'} role="search">
            <input
              type="search"
              name="q"
              defaultValue={query}
              aria-label={list ? `Search ${list}` : 'Search all lists'}
              placeholder={list ? `Search ${list}` : 'Search all lists'}
            />
            <button type="submit">Search</button>
          </form>
          <nav aria-label="Site">
            <a href="/all/">Threads</a>
            <a href="/topics/">Topics</a>
            <a href="/people/">People</a>
            <a href="/series/">Series</a>
            <a href="/mm/">-mm</a>
            <a href="/stories/">Stories</a>
            <a href="/quotes/">Quotes</a>
            <a href="/search/">Help</a>
          </nav>
        </header>
        {synthetic ? (
          <p className="synthetic">
            <strong>Synthetic mail.</strong> This archive was made by a program: the people, their words and their
            patches are invented.
          </p>
        ) : null}
        <main id="main" className={layout}>
          {children}
        </main>
        <footer className="foot">
          <p>
            Nothing is asserted here without the mail that proves it.{' '}
            <span className="keys">
              Press <kbd>?</kbd> for keys.
            </span>
          </p>
        </footer>
      </body>
    </html>
  );
}
