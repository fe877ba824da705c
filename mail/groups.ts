/** Adds a value to the list of a key. */
export function addTo<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

/** Lists by key, in order of first appearance: ES2024's Map.groupBy, which Node 20 lacks. */
export function groupBy<K, V>(all: Iterable<V>, keyOf: (one: V) => K): Map<K, V[]> {
  const lists = new Map<K, V[]>();
  for (const one of all) addTo(lists, keyOf(one), one);
  return lists;
}
