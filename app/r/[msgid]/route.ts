import { findMessages, listsOf } from '#db/queries/message';
import { notFound, page } from '../../_page/page';
import { messageHref } from '../../_ui/links';
import { redirect } from '../../_web/http';

/** `/r/{msgid}/`: the message, whatever its list. */
export const GET = page(async ({ parts, db }) => {
  const msgid = parts[1] ?? '';
  const [message] = await findMessages(db, msgid);
  if (!message) return notFound(`The message <${msgid.slice(0, 200)}>`, msgid.slice(0, 200));
  const [list] = await listsOf(db, message.id);
  return redirect(messageHref(list?.name ?? 'all', message.msgid));
});
