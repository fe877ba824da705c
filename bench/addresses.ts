/** A URL to request, and its kind. */
export interface Address {
  kind: string;
  path: string;
  /** The body of a POST. */
  body?: string;
  type?: string;
}

interface ThreadLine {
  root: string;
  messages: number;
}

const QUERIES = [
  'edac',
  's:PATCH',
  'f:torvalds OR f:borislav',
  'memory NOT patch',
  '"machine check"',
  'd:2019-01-01..',
  'nq:kexec',
  'zzqxnosuchword',
];

/** URLs of every kind, drawn from the current contents of the database through its API. */
export async function drawAddresses(base: string): Promise<Address[]> {
  const json = async (path: string) => {
    const answer = await fetch(`${base}/api/v1${path}`);
    if (!answer.ok) throw new Error(`/api/v1${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const found: Address[] = [];
  const add = (kind: string, ...paths: string[]) => {
    for (const path of paths) found.push({ kind, path });
  };
  const { lists } = (await json('/lists')) as { lists: { name: string }[] };
  add('home', '/');
  add('list', '/all/', ...lists.map(({ name }) => `/${name}/`));
  add('list feed', '/all/new.atom', ...lists.map(({ name }) => `/${name}/new.atom`));
  for (const { name } of lists) {
    const { threads } = (await json(`/lists/${name}/threads`)) as { threads: ThreadLine[] };
    for (const { root, messages } of spread(threads, 12)) {
      const page = `/${name}/${encodeURIComponent(root)}/`;
      add('message', page);
      add('raw', `${page}raw`);
      add('thread, nested', `${page}t/`);
      add('thread, flat', `${page}T/`);
      add('thread mbox.gz', `${page}t.mbox.gz`);
      add('thread feed', `${page}t.atom`);
      found.push({ kind: 'b4, by id', path: `/all/?x=m&t=1&q=mid%3A${encodeURIComponent(root)}`, body: '' });
      found.push({ kind: 'liblore, new in a thread', path: `${page}?x=m&q=rt:946684800..`, body: '' });
      add('redirect', `/r/${encodeURIComponent(root)}/`);
      add('api', `/api/v1/threads/${encodeURIComponent(root)}`, `/api/v1/messages/${encodeURIComponent(root)}`);
      if (messages > 4) add('digest', `${page}digest/`);
    }
    add('api', `/api/v1/lists/${name}/threads`);
    found.push({ kind: 'mbox.gz of a search', path: `/${name}/?q=s:edac+s:fix&x=m`, body: '' });
  }
  for (const query of QUERIES) {
    const q = encodeURIComponent(query);
    add('search', `/search/?q=${q}`);
    add('search feed', `/all/?q=${q}&x=A`);
    add('api search', `/api/v1/search?q=${q}&limit=50&facets=1`);
  }
  const { topics } = (await json('/topics')) as { topics: { slug: string }[] };
  add('topic', '/topics/', ...topics.slice(0, 4).map(({ slug }) => `/topics/${slug}/`));
  const { people } = (await json('/people')) as { people: { id: string }[] };
  add('person', '/people/', ...spread(people, 8).map(({ id }) => `/people/${encodeURIComponent(id)}/`));
  const { series } = (await json('/series')) as { series: { id: number; revisions: number }[] };
  add('series', '/series/', ...spread(series, 10).map(({ id }) => `/series/${id}/`));
  for (const { id, revisions } of series.filter((one) => one.revisions > 1).slice(0, 4))
    add('diff', `/series/${id}/diff/?from=${revisions - 1}&to=${revisions}`);
  add('-mm', '/mm/');
  add('stories', '/stories/');
  add('operators', '/healthz', '/metrics');
  add('nothing there', '/nosuchlist/', '/all/nothing@example.org/', '/all/%zz/', '/a/b/c/d/e/');
  add('api', '/api/v1/openapi.json', '/api/v1/lists', '/api/v1/topics', '/api/v1/people', '/api/v1/series');
  const article = 'He wrote, "this is not a quotation of any mail that was ever sent to a list" and left.';
  add('quotes', '/quotes/');
  found.push(
    {
      kind: 'quotes, asked',
      path: '/quotes/',
      body: `article=${encodeURIComponent(article)}`,
      type: 'application/x-www-form-urlencoded',
    },
    { kind: 'quotes, asked', path: '/api/v1/quotes', body: article, type: 'text/plain' },
  );
  return found;
}

/** `count` elements, spread evenly over the list. */
function spread<T>(all: T[], count: number): T[] {
  if (all.length <= count) return all;
  return Array.from({ length: count }, (_, n) => all[Math.floor((n * all.length) / count)] as T);
}
