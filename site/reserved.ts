/** First segments of addresses that pages, feeds and files have: a list of such a name could not be reached. */
export const RESERVED: ReadonlySet<string> = new Set([
  ...['all', 'api', 'assets', 'commit', 'glossary', 'healthz', 'manifest.js.gz', 'metrics', 'mm', 'people'],
  ...['quotes', 'r', 'robots.txt', 'saved', 'search', 'seed', 'series', 'stories', 'topics', 'withdrawn'],
  ...['_next', 'favicon.ico', 'new.atom'],
]);
