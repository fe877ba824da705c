import { localFits } from '#mail/name';
import type { Account } from './accounts';
import type { JoinReason, Ties } from './types';

/** Mail services where anybody may have an address: sharing one says nothing. */
const PUBLIC_DOMAINS = new Set(
  'gmail.com googlemail.com yahoo.com yahoo.co.uk yahoo.co.in hotmail.com outlook.com live.com msn.com aol.com icloud.com me.com mac.com gmx.de gmx.net gmx.com web.de t-online.de mail.ru yandex.ru yandex.com rambler.ru 163.com 126.com qq.com sina.com foxmail.com protonmail.com proton.me pm.me fastmail.com fastmail.fm free.fr orange.fr laposte.net libero.it naver.com users.sourceforge.net vger.kernel.org lists.infradead.org lists.linux-foundation.org lists.linux.dev kernel.org'.split(
    ' ',
  ),
);
/** Local parts that do not name a person. */
const GENERIC =
  /^(info|linux|lkml|kernel|mail|me|dev|devel|code|contact|admin|lists?|ml|opensource|git|patches|hello)$/;

/** What two established accounts need: days on which somebody signed under both, or threads in which both write. */
const ENOUGH = { days: 2, threads: 2 };
/** The threads needed if the name is not rare. A newcomer needs one: it is far more often the same person at another address than a namesake. */
const MANY_THREADS = 4;

export interface Likeness {
  reason: JoinReason;
  /** Higher is better: a newcomer joins the account with the highest weight. */
  weight: number;
}

/** Evidence that two accounts with the same full name are one person's; null if there is none, or too little. */
export class Likenesses {
  readonly #days = new Map<string, number>();
  readonly #mutual = new Set<string>();
  readonly #threads = new Map<string, number>();

  constructor(ties: Ties) {
    for (const { a, b, days } of ties.signed) {
      if (this.#days.has(key(a, b))) this.#mutual.add(key(a, b));
      this.#days.set(key(a, b), (this.#days.get(key(a, b)) ?? 0) + days);
    }
    for (const { a, b, threads } of ties.shared) this.#threads.set(key(a, b), threads);
  }

  /** `established`: both accounts are established, so evidence from a single mail is not enough. */
  of(a: Account, b: Account, isRare: boolean, established: boolean): Likeness | null {
    const pair = key(a.address, b.address);
    const [days, threads] = [this.#days.get(pair) ?? 0, this.#threads.get(pair) ?? 0];
    if (this.#mutual.has(pair) || days >= ENOUGH.days || (days > 0 && isRare && !established))
      return { reason: 'signs under both addresses', weight: 10 + days };
    const needed = !established ? 1 : isRare ? ENOUGH.threads : MANY_THREADS;
    if (threads >= needed)
      return { reason: 'same name, and both addresses write in the same threads', weight: 5 + threads / 1000 };
    return isRare ? ofForm(a, b) : null;
  }
}

function ofForm(a: Account, b: Account): Likeness | null {
  const local = localPart(a.address);
  if (local === localPart(b.address) && !GENERIC.test(local)) return { reason: 'same name and local part', weight: 4 };
  if (!PUBLIC_DOMAINS.has(domainOf(a.address)) && organisation(a.address) === organisation(b.address))
    return { reason: 'same name and organisation', weight: 3 };
  const fits = (one: Account) => one.identities.some(({ name, address }) => localFits(name, address));
  return fits(a) && fits(b) ? { reason: 'same name, and both addresses are made of it', weight: 2 } : null;
}

const key = (a: string, b: string) => (a < b ? `${a}\n${b}` : `${b}\n${a}`);
const localPart = (address: string) => address.slice(0, address.lastIndexOf('@')).replace(/\+.*$/, '');
const domainOf = (address: string) => address.slice(address.lastIndexOf('@') + 1);

/** `linux.intel.com` and `intel.com` are one organisation; `co.uk` and the like are not. */
function organisation(address: string): string {
  const labels = domainOf(address).split('.');
  const isPair = /^(ac|co|com|edu|gov|net|org|or|ne)$/.test(labels.at(-2) ?? '') && labels.at(-1)?.length === 2;
  return labels.slice(isPair ? -3 : -2).join('.');
}
