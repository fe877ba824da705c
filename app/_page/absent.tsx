import type { Snapshot } from '#db/open';
import { withdrawnMails } from '#db/queries/withdrawn';
import { visible } from '#mail/visible';
import { shortDate } from '../_ui/format';
import { notFound, problem } from './page';

/** The answer for a message that is not here: 410 with the reason if the operator withdrew it, else 404. */
export async function absentMessage(db: Snapshot, msgid: string): Promise<Response> {
  const gone = await withdrawnOf(db, msgid);
  return gone ?? notFound(`The message <${msgid.slice(0, 200)}>`, msgid.slice(0, 200));
}

/** 410, or null if it was not withdrawn. */
export async function withdrawnOf(db: Snapshot, msgid: string): Promise<Response | null> {
  const gone = (await withdrawnMails(db)).get(msgid);
  if (!gone) return null;
  return problem(
    410,
    'This message was withdrawn',
    `The operator of this site withdrew it on ${shortDate(gone.at)}. The reason: ${visible(gone.reason)}`,
  );
}
