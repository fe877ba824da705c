import { Tokenizer } from 'htmlparser2';

/** Nobody writes text in deeper nested elements. Browsers stop at 512. */
export const MAX_ELEMENTS_DEEP = 200;

/** Elements without an end tag: HTML 13.1.2, and old ones that htmlparser2 treats the same way. */
const VOID = new Set(
  'area base basefont br col command embed frame hr img input isindex keygen link meta param source track wbr'.split(
    ' ',
  ),
);
/** The tokenizer finds no tags within these, so they do not nest. Their tags stay, or a script would become words. */
const RAW = new Set(['script', 'style', 'title', 'textarea', 'xmp']);
/** Elements that end certain open ones directly above them, as paragraphs and cells are seldom closed. Ends no more than htmlparser2 does. */
const ENDS: Record<string, Set<string>> = {};
const P = new Set(['p']);
for (const name of 'address article aside blockquote details div dl fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr main nav ol p pre section table ul'.split(
  ' ',
))
  ENDS[name] = P;
ENDS.li = new Set(['li']);
ENDS.dd = ENDS.dt = new Set(['dd', 'dt']);
ENDS.option = new Set(['option']);
ENDS.tr = new Set(['tr', 'th', 'td']);
ENDS.th = new Set(['th']);
ENDS.td = new Set(['thead', 'th', 'td']);
ENDS.tbody = ENDS.tfoot = new Set(['thead', 'tbody']);

/** The open elements, and those that were left out because they are too deep. */
class OpenElements {
  readonly #stack: string[] = [];
  readonly #open = new Map<string, number>();
  readonly #left = new Map<string, number>();

  constructor(private readonly deepest: number) {}

  /** Whether a start tag may stay. */
  start(name: string): boolean {
    const ends = Object.hasOwn(ENDS, name) ? ENDS[name] : undefined;
    for (let top = this.#stack.at(-1); top !== undefined && ends?.has(top); top = this.#stack.at(-1)) this.#pop();
    if (VOID.has(name)) return true;
    if (this.#stack.length >= this.deepest && !RAW.has(name)) {
      this.#left.set(name, (this.#left.get(name) ?? 0) + 1);
      return false;
    }
    this.#stack.push(name);
    this.#open.set(name, (this.#open.get(name) ?? 0) + 1);
    return true;
  }

  /** Whether an end tag may stay: the end tag of an element that was left out must not end another one. */
  end(name: string): boolean {
    const left = this.#left.get(name) ?? 0;
    if (left > 0) {
      this.#left.set(name, left - 1);
      return false;
    }
    if (!this.#open.get(name)) return true;
    while (this.#pop() !== name);
    this.#left.clear();
    return true;
  }

  #pop(): string | undefined {
    const name = this.#stack.pop();
    if (name !== undefined) this.#open.set(name, (this.#open.get(name) ?? 1) - 1);
    return name;
  }
}

/**
 * HTML without the tags of elements deeper than `deepest`; their words stay. HTML parsers look through all open elements at each tag, so
 * their time grows with the square of the depth; this must run before any of them. It uses their tokenizer, in one pass. A space replaces
 * each tag, or the text around it could become a tag.
 */
export function withoutDeepElements(html: string, deepest = MAX_ELEMENTS_DEEP): string {
  if (html.split('<', deepest + 2).length <= deepest + 1) return html;
  const elements = new OpenElements(deepest);
  let out = '';
  let at = 0;
  let cut = -1;
  const nameAt = (start: number, end: number) => html.slice(start, end).toLowerCase();
  const cutTo = (end: number) => {
    if (cut < 0) return;
    out += `${html.slice(at, cut)} `;
    at = end + 1;
    cut = -1;
  };
  const ignore = () => {};
  const tokenizer = new Tokenizer(
    { xmlMode: false, decodeEntities: false },
    {
      onopentagname: (start, end) => {
        if (!elements.start(nameAt(start, end))) cut = start - 1;
      },
      onopentagend: cutTo,
      onselfclosingtag: cutTo,
      onclosetag: (start, end) => {
        if (elements.end(nameAt(start, end))) return;
        cut = html.lastIndexOf('<', start);
        cutTo(html.indexOf('>', end) < 0 ? html.length : html.indexOf('>', end));
      },
      onattribdata: ignore,
      onattribentity: ignore,
      onattribend: ignore,
      onattribname: ignore,
      oncdata: ignore,
      oncomment: ignore,
      ondeclaration: ignore,
      onend: ignore,
      onprocessinginstruction: ignore,
      ontext: ignore,
      ontextentity: ignore,
    },
  );
  tokenizer.write(html);
  tokenizer.end();
  return cut < 0 ? out + html.slice(at) : out + html.slice(at, cut);
}
