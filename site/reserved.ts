/** First segments of the addresses of pages, feeds and files: a list with such a name could not be reached. */
export const RESERVED: ReadonlySet<string> = new Set([
  ...['all', 'api', 'assets', 'commit', 'glossary', 'healthz', 'manifest.js.gz', 'metrics', 'mm', 'people'],
  ...['quotes', 'r', 'robots.txt', 'saved', 'search', 'seed', 'series', 'stories', 'topics', 'withdrawn'],
  ...['_next', 'favicon.ico', 'new.atom'],
]);
