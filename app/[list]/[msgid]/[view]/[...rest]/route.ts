import { findList } from '#db/queries/list';
import { legacy } from '../../../../_page/elsewhere';
import { notFound, page } from '../../../../_page/page';
import { textOf } from '../../../../_page/texts';

/** `/{list}/_/text/{name}/`, and addresses of public-inbox's first years; nothing else lies as deep. */
export const GET = page(async ({ request, parts, db }) => {
  const [list = '', msgid = '', ...rest] = parts;
  const isList = list === 'all' || (await findList(db, list));
  if (isList && msgid === '_' && rest[0] === 'text') {
    const found = await textOf(request, list, rest.slice(1).filter(Boolean).join('/'));
    if (found) return found;
  }
  return legacy(list, msgid, rest) ?? notFound('A page of this address', msgid.slice(0, 200));
});
