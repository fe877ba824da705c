import type { ReactNode } from 'react';
import { assetHref } from '../_web/assets';
import { readyMade } from '../_web/markup';
import { offered, type Sections } from './sections';

export interface DocumentProps {
  title: string;
  /** For the navigation: app/_page/sections.ts. */
  sections: Sections;
  /** Name of the list searched from this page; null: all. */
  list?: string | null;
  query?: string;
  /** The page shows generated mail (samples/), and a notice says so. */
  synthetic?: boolean;
  /** Address of the site's section that this page belongs to. */
  at?: string;
  feed?: string;
  /** Address of the feed of debates that this page belongs to. */
  debates?: string;
  children: ReactNode;
}

/** The frame of every page. */
export function Document({
  title,
  sections,
  list = null,
  query = '',
  synthetic = false,
  at,
  feed,
  debates,
  children,
}: DocumentProps) {
  return (
    <html lang="en">
      <head>
        {head()}
        <title>{title}</title>
        {files()}
        {feed ? <link rel="alternate" type="application/atom+xml" href={feed} title="Atom feed" /> : null}
        {debates ? <link rel="alternate" type="application/atom+xml" href={debates} title="Debates" /> : null}
      </head>
      <body>
        {query ? <Top {...{ list, query, at, sections }} /> : emptyTop(list, at, sections)}
        {synthetic ? (
          <p className="synthetic">
            <strong>Synthetic mail.</strong> This archive was made by a program. The people, their words and their
            patches are invented.
          </p>
        ) : null}
        <main id="main">{children}</main>
        {foot()}
      </body>
    </html>
  );
}

const head = () =>
  readyMade('head', () => (
    <>
      <meta charSet="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
    </>
  ));

function files() {
  const [script, styles, icon] = [assetHref('site.js'), assetHref('site.css'), assetHref('icon.svg')];
  return readyMade(`files ${script} ${styles} ${icon}`, () => (
    <>
      {/* Not deferred, so that the chosen theme applies before the first paint. The style sheet delays that anyway. */}
      <script src={script} />
      <link rel="stylesheet" href={styles} />
      <link rel="icon" href={icon} type="image/svg+xml" />
    </>
  ));
}

type TopProps = Pick<DocumentProps, 'list' | 'query' | 'at' | 'sections'>;

/** The search field and the navigation. */
function Top({ list, query, at, sections }: TopProps) {
  const searched = list ? `Search ${list}` : 'Search all lists';
  return (
    <>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <header className="top">
        <a className="brand" href="/">
          Threadline
        </a>
        <form className="find" action="/search/" role="search">
          <input type="search" name="q" defaultValue={query} aria-label={searched} placeholder={searched} />
          {list ? <input type="hidden" name="list" value={list} /> : null}
          <button type="submit">Search</button>
        </form>
        <nav aria-label="Site">
          {offered(at, sections).map(({ href, name }) => (
            <a key={href} href={href} aria-current={href === at ? 'page' : undefined}>
              {name}
            </a>
          ))}
        </nav>
      </header>
    </>
  );
}

const emptyTop = (list: string | null, at: string | undefined, sections: Sections) =>
  readyMade(`top ${JSON.stringify([list, at, sections && [...sections]])}`, () => (
    <Top list={list} query="" at={at} sections={sections} />
  ));

const foot = () =>
  readyMade('foot', () => (
    <footer className="foot">
      <p>Nothing is asserted here without the mail that proves it.</p>
      <a href="/search/">How to search</a>
      <a href="/glossary/">Glossary</a>
      <a href="/saved/">Saved</a>
      <button type="button" className="quiet js save">
        ☆ save
      </button>
      <button type="button" className="quiet js" id="keys">
        Keys <kbd>?</kbd>
      </button>
      <button type="button" className="quiet js" id="theme">
        Theme
      </button>
    </footer>
  ));
