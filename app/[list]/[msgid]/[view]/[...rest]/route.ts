import { findList } from '#db/queries/list';
import { BLOB_NAME, blobFile } from '../../../../_blob/page';
import { notFound, page } from '../../../../_page/page';
import { legacy } from '../../../../_page/redirects';
import { textOf } from '../../../../_page/texts';

/** `/{list}/_/text/{name}/`, `/{list}/{oid}/s/{file}` (a blob's bytes), and addresses of public-inbox's first years. No other page has an address as deep. */
export const GET = page(async ({ request, parts, query, db }) => {
  const [list = '', msgid = '', ...rest] = parts;
  const isList = list === 'all' || (await findList(db, list));
  if (isList && msgid === '_' && rest[0] === 'text') {
    const found = await textOf(request, db, list, rest.slice(1).filter(Boolean).join('/'));
    if (found) return found;
  }
  if (isList && rest[0] === 's' && rest.length === 2 && BLOB_NAME.test(msgid)) return blobFile(db, msgid, query);
  return legacy(list, msgid, rest) ?? notFound('This page', msgid.slice(0, 200));
});
