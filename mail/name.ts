/** Display names as people write them: order, accents, initials, and additions by lists and companies. */

/** Letters that Unicode does not decompose, as people with such names write them in ASCII. */
const FOLDS: Record<string, string> = { ß: 'ss', ø: 'o', đ: 'd', ł: 'l', æ: 'ae', œ: 'oe', ı: 'i', þ: 'th', ð: 'd' };

/** Lower case, without accents: `Rafał` and `Rafal` become the same. */
export function foldName(text: string): string {
  return text
    .toLowerCase()
    .replace(/[ßøđłæœıþð]/g, (letter) => FOLDS[letter] as string)
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '');
}

/** Companies, departments and the like that mailers append: `(AMD)`, `[EXT]`, `/Some Team`. */
const APPENDIX = /[([{<][^)\]}>]{0,80}[)\]}>]|(?:(?<!\s)\s+)?\/.{0,80}$/g;

/**
 * The words of a name, sorted, without initials and without anything in brackets. Never contains ''.
 * `Wysocki, Rafael J` and `Rafael J. Wysocki` give [`rafael`, `wysocki`].
 */
export function nameWords(name: string): string[] {
  const words = foldName(unrewritten(name).slice(0, 200).replace(APPENDIX, ' ')).match(/[\p{L}\p{N}'-]+/gu) ?? [];
  return words.filter((word) => word.length > 1).sort();
}

/** Undoes the DMARC rewriting of Mailman and Google: `Ada Example via linux-pm` and `'Ada Example' via groups` are Ada Example. */
function unrewritten(name: string): string {
  const at = name.search(/(?<!\s)\s+via\s+\S/i);
  return (at > 0 ? name.slice(0, at) : name).replace(/^['"\s]+|(?<!['"\s])['"\s]+$/g, '');
}

/** A name without the additions of mailers and lists, in spoken order: `Luck, Tony (Example Corp)` is Tony Luck. */
export function tidyName(name: string): string {
  const own = unrewritten(name.slice(0, 200));
  const bare = own.replace(APPENDIX, ' ').replace(/\s+/g, ' ').trim();
  const [, last, first] = /^([\p{L}'-]+), ([\p{L}'-]+(?: [\p{L}]\.?)?)$/u.exec(bare) ?? [];
  if (last && first) return `${first} ${last}`;
  return bare.includes(' ') ? bare : own;
}

/** A name of a single word, to find it among full names written without a space. */
export function joinedName(name: string): string {
  return foldName(unrewritten(name.slice(0, 200))).replace(/[^\p{L}]/gu, '');
}

/** The author's address within that of b4's relay, with `.` for `@`: `devnull+ada.example.org@kernel.org`. */
export function relayedAddress(address: string): string | null {
  return /^devnull\+([^@\s]{3,200})@kernel\.org$/.exec(address)?.[1] ?? null;
}

/** Whether the list that carried the mail wrote its own address in place of the author's. */
export function isRewritten(name: string): boolean {
  return /\S\s+via\s+\S/i.test(name);
}

const ROBOT_LOCAL =
  /^(no-?reply|do-?not-?reply|mailer-daemon|postmaster|root|bounces?|owner-.*|.*-owner|.*-bounces|.*-request|majordomo|listserv|patchwork-bot.*|pr-tracker-bot|tip-bot2?|syzbot.*|lkp|.*\bbot\d*|bot[-+].*|.*-ci|ci[-_].*|jenkins|buildbot|bugzilla.*|notifications?|daemon|automation|robot)$/i;
const ROBOT_NAME =
  /\b(bot|robot|daemon|patchwork|bugzilla|mailer|automat(?:ic|ed)|syzbot|ci system|notification)\b|^jenkins(?:$| (?:ci|server|builder))/i;

/** Whether a name or address is a program's, which is never a person. */
export function isRobot(name: string, address: string): boolean {
  const local = address.slice(0, address.lastIndexOf('@'));
  return ROBOT_LOCAL.test(local) || ROBOT_NAME.test(name);
}

/** A local part that begins with this many letters of a surname does so on purpose: `schaecsn` of Schaeckeler. */
const TELLING_START = 5;

/** Whether an address is made from its owner's name: `rafael@`, `rjw@`, `r.wysocki@`, `wysockir@`, `me@wysocki.example`. */
export function localFits(name: string, address: string): boolean {
  const at = address.lastIndexOf('@');
  const local = foldName(address.slice(0, at)).replace(/\+.*$/, '');
  const letters = local.replace(/[^\p{L}]/gu, '');
  const words = (foldName(unrewritten(name).replace(APPENDIX, ' ')).match(/[\p{L}'-]+/gu) ?? []).map((word) =>
    word.replace(/[^\p{L}]/gu, ''),
  );
  if (letters.length < 2 || words.length < 2) return false;
  if (words.some((word) => word.length > 2 && letters.includes(word))) return true;
  if (words.some((word) => word.length >= TELLING_START && letters.includes(word.slice(0, TELLING_START)))) return true;
  if (words.some((word) => word.length >= TELLING_START && address.slice(at).includes(word))) return true;
  if (isOfTwoStarts(letters, words)) return true;
  const initials = words.map((word) => word[0]).join('');
  return letters === initials || (initials.length > 2 && letters === `${initials[0]}${initials.at(-1)}`);
}

/** As `rric` for Robert Richter and `krzk` for Krzysztof Kozlowski. */
function isOfTwoStarts(letters: string, words: string[]): boolean {
  if (letters.length < 4 || letters.length > 40) return false;
  for (let at = 1; at < letters.length; at++) {
    const [start, end] = [letters.slice(0, at), letters.slice(at)];
    const first = words.findIndex((word) => word.startsWith(start));
    if (first >= 0 && words.some((word, n) => n !== first && word.startsWith(end))) return true;
  }
  return false;
}
