import { expect, test } from 'vitest';
import { type Given, metBy, type Objected } from './objection';

const objection: Objected = { id: 100, person: 1, title: 7 };
const given: Given = { id: 200, key: 'Reviewed-by', person: 1, title: 7 };

test('a later trailer of the objector for the same patch, or for the series, meets it', () => {
  expect(metBy(objection, [given])).toBe(given);
  expect(metBy(objection, [{ ...given, title: null }])?.id).toBe(200);
});

test('nothing else meets it', () => {
  const others: Given[] = [
    { ...given, id: 50 },
    { ...given, person: 2 },
    { ...given, title: 8 },
    { ...given, key: 'Nacked-by' },
    { ...given, key: 'Tested-by' },
    { ...given, key: 'Cc' },
  ];
  for (const other of others) expect(metBy(objection, [other])).toBeUndefined();
});

test('an objection to the whole series is not met by a trailer for one patch', () => {
  expect(metBy({ ...objection, title: null }, [given])).toBeUndefined();
});
