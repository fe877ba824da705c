import type { Reads, Transaction } from '#db/open';
import { addList, allLists, type ListRow, listsOfSource } from '#db/write/sources';
import { RESERVED } from '#site/reserved';

/**
 * Lists that the mails of one source may name; lore.kernel.org has some 400. A mailbox that names a million would make each a row of
 * the front page.
 */
export const MAX_LISTS = 1000;

/** Hints remembered; mails of one list may bear any number of them. */
const HINTS_KEPT = 10_000;

/** Where the mails of a batch came from. */
export interface BatchSource {
  id: number;
  /** --list or the inbox directory's name. */
  listName: string | null;
  /** Name for the list where nothing else tells one. */
  fallback: string;
  /** A fact worth a line to the user. */
  onNote(note: string): void;
}

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
  readonly #byListId = new Map<string, number>();
  readonly #byHint = new Map<string, number>();
  /** Lists of each source: those of this run, and of earlier ones once a mail names one that is not there. */
  readonly #used = new Map<number, Set<number>>();
  readonly #counted = new Set<number>();
  readonly #told = new Set<number>();

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

  /** Id of the list, made where it is new. `asked` is --list or the inbox directory's name; `fallback` the source's file name. */
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

  /** Whether a source may make one more list. Counted are those that its mails are on, so that a run that was killed and one that was not agree. */
  async #mayAdd(db: Transaction, source: BatchSource): Promise<boolean> {
    const used = this.#usedBy(source);
    if (!this.#counted.has(source.id)) for (const id of await listsOfSource(db, source.id)) used.add(id);
    this.#counted.add(source.id);
    if (used.size < MAX_LISTS) return true;
    if (!this.#told.has(source.id))
      source.onNote(
        `names more than ${MAX_LISTS} lists: mails of further ones go into the list that bears the source's name (--list names another)`,
      );
    this.#told.add(source.id);
    return false;
  }

  #usedBy({ id }: BatchSource): Set<number> {
    const used = this.#used.get(id) ?? new Set();
    this.#used.set(id, used);
    return used;
  }
}

/** A name that is safe as a path segment and clashes with no page. */
export function cleanName(name: string): string {
  const safe = name
    .toLowerCase()
    .replace(/[^a-z0-9._+-]+/g, '-')
    .replace(/^[-.]+|(?<!-)-+$/g, '')
    .slice(0, 80);
  return RESERVED.has(safe) || /^\d+(?:-\d{2})?$/.test(safe) ? `${safe}-list` : safe;
}
