import type { Snapshot } from '#db/open';
import { rawOf } from '#db/queries/blocks';
import { findMessage, listsOf, type MessageRow } from '#db/queries/message';
import { absentMessage } from '../_page/absent';
import { tooManyLarge } from '../_page/large';
import { holdLarge, TAKEN_APART } from '../_page/memorybudget';
import { Later, problem, renderBytes } from '../_page/page';
import { messageHref } from '../_ui/links';
import { assetHref } from '../_web/assets';
import { ISOLATED, respond } from '../_web/http';
import { ATTACHMENT_MARK } from '../_worker/attachmentmark';
import { inWorker } from '../_worker/workerthread';
import { attachmentHref } from './Mail';

/** No script, no form, nothing loaded except our style sheet; and `sandbox` gives the page a separate origin, should anything run all the same. */
const POLICY =
  "default-src 'none'; style-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox";

/** `/{list}/{msgid}/html`: a mail's HTML, sanitised (mail/html.ts), on a page that can only display it. */
export async function htmlView(
  db: Snapshot,
  list: string,
  msgid: string,
  imposter: number | null,
): Promise<Response | Later> {
  const message = await findMessage(db, msgid, imposter);
  if (!message) return absentMessage(db, msgid);
  const synthetic = (await listsOf(db, message.id)).some((one) => one.synthetic === 1);
  const release = holdLarge(message.bytes, TAKEN_APART);
  if (!release) return tooManyLarge('/[list]/[msgid]/[view]');
  const [raw = Buffer.alloc(0)] = await rawOf(db, [message]).catch((error) => {
    release();
    throw error;
  });
  return new Later(async () => {
    const safe = await inWorker('html', raw).finally(release);
    if (!safe)
      return problem(
        404,
        'This mail has no HTML',
        'It may be too large or too broken to be parsed. The raw mail has everything.',
      );
    const hrefOf = (_: string, index: string) =>
      attachmentHref(list, message, { index: Number(index), name: safe.names[Number(index)] ?? null });
    return htmlPage(list, message, safe.html.replace(ATTACHMENT_MARK, hrefOf), safe.notes, synthetic);
  });
}

function htmlPage(list: string, message: MessageRow, html: string, notes: string[], synthetic: boolean): Response {
  const subject = message.subject || '(no subject)';
  const page = renderBytes(
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${subject} · HTML · ${list}`}</title>
        <link rel="stylesheet" href={assetHref('html.css')} />
      </head>
      <body>
        <header>
          <p>
            <a href={messageHref(list, message.msgid)}>← message</a>
          </p>
          <h1>
            <bdi>{subject}</bdi>
          </h1>
          <p className="facts">
            The HTML of this mail, without its styles, scripts, forms and images. Nothing is loaded from other sites. If
            the text of a link does not show where it leads, its host follows.
            {synthetic ? ' The mail is synthetic: it was made by a program.' : ''}
          </p>
          {notes.map((note) => (
            <p className="note" key={note}>
              {note}
            </p>
          ))}
        </header>
        {/* biome-ignore lint/security/noDangerouslySetInnerHtml: sanitised by an allow-list, and the policy lets nothing of it run or load */}
        <main dangerouslySetInnerHTML={{ __html: html }} />
      </body>
    </html>,
  );
  return respond(page, 200, {
    ...ISOLATED,
    'Content-Security-Policy': POLICY,
    'Content-Type': 'text/html; charset=utf-8',
  });
}
