import { expect, it } from 'vitest';
import { mailOf } from '../tests/patchdb.ts';
import { addresseeOf } from './addressee';

const of = (text: string) => {
  const [, name = '', address = ''] = /^(?:(.*) )?<(.*)>$/.exec(text) ?? [];
  return { name, address };
};
const sent = (to: string[], cc: string[] = [], listIds: string[] = []) =>
  addresseeOf(mailOf({ msgid: 'a@x', sentAt: 0, to: to.map(of), cc: cc.map(of), listIds }))?.address ?? null;

it.each([
  ['a keeper', ['Kit Keeper <kit@example.org>'], [], 'kit@example.org'],
  ['one who has no name', ['<kit@example.org>'], [], 'kit@example.org'],
  ['one below a list', ['<linux-pets@vger.kernel.org>', 'Kit Keeper <kit@example.org>'], [], 'kit@example.org'],
  ['one in Cc', ['<pets@lists.example.org>'], ['Kit Keeper <linux@example.org>'], 'kit'],
  ['the author', ['Ada Example <ada@example.org>'], [], null],
  ['robots', ['kernel test robot <lkp@intel.com>', '<syzbot+ab12@syzkaller.appspotmail.com>'], [], null],
  ['a list that is called so', ['open list:PETS <pets@example.org>'], [], null],
  ['an address of many', ['<pets-devel@example.org>', '<x86@kernel.org>'], [], null],
  ['nobody', [], [], null],
])('a patch is sent to %s', (_, to, cc, wanted) => {
  expect(sent(to, cc)).toBe(wanted === 'kit' ? 'linux@example.org' : wanted);
});

it('the list that carried it is not a person, whatever its address', () => {
  expect(sent(['Friends of dogs <dogs@example.org>'], [], ['dogs.example.org'])).toBeNull();
});
