import type { ReactElement } from 'react';
import type { Snapshot } from '#db/open';
import { findMessages, listsOf } from '#db/queries/message';
import type { Pasted } from '#query/pasted';
import { renderBytes } from '../_page/page';
import { sectionsOf } from '../_page/sections';
import { Document } from '../_ui/Document';
import { loreHref, messageHref } from '../_ui/links';
import { redirect, respond } from '../_web/http';
import { SearchHelp } from './SearchHelp';

/** Redirects to the mail whose address or Message-ID was pasted; if it is not here, says where else it may be. */
export async function pastedPage(
  db: Snapshot,
  { msgid, url }: Pasted,
  synthetic: boolean,
): Promise<ReactElement | Response> {
  if (msgid !== null) {
    const [message] = await findMessages(db, msgid);
    const [list] = message ? await listsOf(db, message.id) : [];
    if (message) return redirect(messageHref(list?.name ?? 'all', message.msgid));
  }
  const link = url ?? loreHref(msgid ?? '');
  const shown = (
    <Document
      sections={await sectionsOf(db)}
      title="Not here · Search · Threadline"
      query={msgid ?? ''}
      synthetic={synthetic}
    >
      <h1>
        {msgid === null
          ? 'This address does not say which mail it is'
          : `The message <${msgid.slice(0, 200)}> is not here`}
      </h1>
      {msgid === null ? (
        <p>That archive uses its own numbers. Open the mail there, then search here for its subject or Message-ID.</p>
      ) : (
        <p>
          <a href={`/search/?${new URLSearchParams({ q: `m:"${msgid.replaceAll('"', '')}"` })}`}>Search for it</a>, or
          for parts of it, in the archive.
        </p>
      )}
      <p>
        <a href={link} rel="noreferrer">
          {link}
        </a>
      </p>
      <SearchHelp />
    </Document>
  );
  return respond(renderBytes(shown), 404, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-cache' });
}
