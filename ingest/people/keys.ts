import { foldName, isRewritten, isRobot, joinedName, nameWords, relayedAddress } from '#mail/name';
import type { Identity } from './types';

/**
 * What an identity shares with those that its joining may depend on: the address, the full name, and so on. All identities that
 * keys connect, and what is known of them from elsewhere, decide on their persons; of the others only how rare a name is (rarity.ts)
 * and who has an address of a page (naming.ts) matter.
 */
export function keysOf({ name, address }: Pick<Identity, 'name' | 'address'>, lists: ReadonlySet<string>): string[] {
  const words = nameWords(name);
  const keys: string[] = [];
  if (words.length > 1) keys.push(`name ${words.join(' ')}`);
  else if (joinedName(name)) keys.push(`one ${joinedName(name)}`);
  if (words.length === 2) {
    const [a, b] = words as [string, string];
    keys.push(`two ${a}${b}`, `two ${b}${a}`);
  }
  const relayed = relayedAddress(address);
  const robot = foldName(name).trim();
  if (isRobot(name, address)) keys.push(addressKey(address), ...(robot ? [`robot ${robot}`] : []));
  else if (isRewritten(name)) keys.push(...(relayed ? [addressKey(relayed)] : []));
  // The address of a list says nothing about who writes from it; only the name does.
  else if (address && !lists.has(address)) keys.push(addressKey(address));
  return [...new Set(keys)];
}

/** A relay writes it with `.` for `@`. */
const addressKey = (address: string) => `address ${address.replace('@', '.')}`;

/** Keys of others that an identity with this key depends on: `zhangsanfeng` on all `zhang sanfeng`, and they on it. */
export function soughtBy(key: string): string[] {
  if (key.startsWith('one ')) return [`two ${key.slice(4)}`];
  if (key.startsWith('two ')) return [`one ${key.slice(4)}`];
  return [key];
}

/** The key of a full name. */
export const nameKey = (name: string) => `name ${name}`;
