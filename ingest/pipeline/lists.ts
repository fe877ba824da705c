import type { Reads, Transaction } from '#db/open';
import { addList, allLists, type ListRow, listsOfSource } from '#db/write/sources';
import { RESERVED } from '#site/reserved';

/**
 * The number of lists that the mails of a source may name; lore.kernel.org has about 400. Otherwise a mailbox that names a million lists
 * would put each of them on the front page.
 */
export const MAX_LISTS = 1000;

/** The number of hints that are remembered; the mails of a list may have any number of them. */
const HINTS_KEPT = 10_000;

/** The source of a batch's mails. */
export interface BatchSource {
  id: number;
  /** --list or the inbox directory's name. */
  listName: string | null;
  /** The name of the list if nothing else names one. */
  fallback: string;
  /** Called with a note for the user. */
  onNote(note: string): void;
}

/** A mail's headers that name its list. */
export interface ListHint {
  /** Inside <> of List-Id, '' if absent. */
  listId: string;
  /** X-Mailing-List, '' if absent. */
  mailingList: string;
  synthetic: boolean;
}

/** Decides on which list a mail is posted: the given name, else List-Id, else X-Mailing-List, else the source's name. */
export class ListNames {
  readonly #byName = new Map<string, ListRow>();
  readonly #byListId = new Map<string, number>();
  readonly #byHint = new Map<string, number>();
  /** The lists of each source: those of this run, and those of earlier runs once a mail names a new list. */
  readonly #used = new Map<number, Set<number>>();
  readonly #counted = new Set<number>();
  readonly #noted = new Set<number>();

  private constructor() {}

  static async load(db: Reads): Promise<ListNames> {
    const names = new ListNames();
    for (const row of await allLists(db)) names.#keep(row);
    return names;
  }

  #keep(row: ListRow): void {
    this.#byName.set(row.name, row);
    if (row.list_id !== null && !this.#byListId.has(row.list_id)) this.#byListId.set(row.list_id, row.id);
  }

  /** The id of the list, which is created if new. `asked` is --list or the inbox directory's name; `fallback` is the source's file name. */
  async idOf(db: Transaction, hint: ListHint, asked: string | null, source: BatchSource): Promise<number> {
    const key = asked ?? `${hint.listId}\n${hint.mailingList}\n${source.fallback}`;
    let id = this.#byHint.get(key);
    if (id === undefined) {
      id = await this.#findOrAdd(db, hint, asked, source);
      if (this.#byHint.size >= HINTS_KEPT) this.#byHint.clear();
      this.#byHint.set(key, id);
    }
    this.#usedBy(source).add(id);
    return id;
  }

  async #findOrAdd(db: Transaction, hint: ListHint, asked: string | null, source: BatchSource): Promise<number> {
    const listId = hint.listId || null;
    const known = asked === null && listId ? this.#byListId.get(listId) : undefined;
    if (known !== undefined) return known;
    const short = asked ?? listId?.split('.')[0] ?? hint.mailingList.split('@')[0] ?? '';
    const own = cleanName(source.fallback) || 'mail';
    let name = cleanName(short) || own;
    const taken = this.#byName.get(name);
    if (taken && asked === null && listId && taken.list_id && taken.list_id !== listId) name = cleanName(listId);
    const found = this.#byName.get(name);
    if (found) return found.id;
    if (asked !== null || (await this.#mayAdd(db, source))) return this.#add(db, name, listId, hint.synthetic);
    return this.#byName.get(own)?.id ?? this.#add(db, own, null, hint.synthetic);
  }

  async #add(db: Transaction, name: string, listId: string | null, synthetic: boolean): Promise<number> {
    const id = await addList(db, { name, listId, synthetic });
    this.#keep({ id, name, list_id: listId, synthetic: synthetic ? 1 : 0 });
    return id;
  }

  /** Whether a source may add another list. Counts the lists of its stored mails, so that the result does not change if a run is killed. */
  async #mayAdd(db: Transaction, source: BatchSource): Promise<boolean> {
    const used = this.#usedBy(source);
    if (!this.#counted.has(source.id)) for (const id of await listsOfSource(db, source.id)) used.add(id);
    this.#counted.add(source.id);
    if (used.size < MAX_LISTS) return true;
    if (!this.#noted.has(source.id))
      source.onNote(
        `names more than ${MAX_LISTS} lists; mails of other lists go into the list named after the source (or with --list NAME)`,
      );
    this.#noted.add(source.id);
    return false;
  }

  #usedBy({ id }: BatchSource): Set<number> {
    const used = this.#used.get(id) ?? new Set();
    this.#used.set(id, used);
    return used;
  }
}

/** Makes a name safe as a path segment that does not clash with a page. */
export function cleanName(name: string): string {
  const safe = name
    .toLowerCase()
    .replace(/[^a-z0-9._+-]+/g, '-')
    .replace(/^[-.]+|(?<!-)-+$/g, '')
    .slice(0, 80);
  return RESERVED.has(safe) || /^\d+(?:-\d{2})?$/.test(safe) ? `${safe}-list` : safe;
}
