import type { Connection } from '#db/open';
import { addList, allLists, type ListRow } from '#db/write/sources';

/** First path segments that pages use: a list of that name could not be reached. */
const RESERVED = new Set(
  'all api assets r search topics people series mm stories quotes healthz metrics new.atom _next favicon.ico robots.txt'.split(
    ' ',
  ),
);

/** What a mail tells of its list. */
export interface ListHint {
  /** Inside <> of List-Id, '' if absent. */
  listId: string;
  /** X-Mailing-List, '' if absent. */
  mailingList: string;
  synthetic: boolean;
}

/** Which list a mail is posted on: the name that was asked for, else List-Id, else X-Mailing-List, else the source's own name. */
export class ListNames {
  readonly #byName = new Map<string, ListRow>();
  readonly #byHint = new Map<string, number>();

  private constructor(private readonly db: Connection) {}

  static async load(db: Connection): Promise<ListNames> {
    const names = new ListNames(db);
    for (const row of await allLists(db)) names.#byName.set(row.name, row);
    return names;
  }

  /** Id of the list, made where it is new. `asked` is --list or the inbox directory's name; `fallback` the source's file name. */
  async idOf(hint: ListHint, asked: string | null, fallback: string): Promise<number> {
    const key = asked ?? `${hint.listId}\n${hint.mailingList}\n${fallback}`;
    let id = this.#byHint.get(key);
    if (id === undefined) {
      id = await this.#findOrAdd(hint, asked, fallback);
      this.#byHint.set(key, id);
    }
    return id;
  }

  async #findOrAdd(hint: ListHint, asked: string | null, fallback: string): Promise<number> {
    const listId = hint.listId || null;
    if (asked === null && listId) {
      for (const row of this.#byName.values()) if (row.list_id === listId) return row.id;
    }
    const short = asked ?? listId?.split('.')[0] ?? hint.mailingList.split('@')[0] ?? '';
    let name = clean(short) || clean(fallback) || 'mail';
    const taken = this.#byName.get(name);
    if (taken && asked === null && listId && taken.list_id && taken.list_id !== listId) name = clean(listId);
    const found = this.#byName.get(name);
    if (found) return found.id;
    const id = await addList(this.db, { name, listId, synthetic: hint.synthetic });
    this.#byName.set(name, { id, name, list_id: listId, synthetic: hint.synthetic ? 1 : 0 });
    return id;
  }
}

/** A name that is safe as a path segment and clashes with no page. */
function clean(name: string): string {
  const safe = name
    .toLowerCase()
    .replace(/[^a-z0-9._+-]+/g, '-')
    .replace(/^[-.]+|(?<!-)-+$/g, '')
    .slice(0, 80);
  return RESERVED.has(safe) || /^\d{4}-\d{2}$/.test(safe) ? `${safe}-list` : safe;
}
