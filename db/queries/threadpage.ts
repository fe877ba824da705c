import { CASE_HEAD } from './case';
import { threadWith } from './thread';

/** A thread with what `caseHead` needs of the series that it begins with; null if it begins with none. */
export const readThreadPage = threadWith<{ head: string | null }>(
  `, (SELECT ${CASE_HEAD} FROM patch p JOIN revision r ON r.id = p.revision_id JOIN series s ON s.id = r.series_id
      JOIN identity i ON i.id = s.author_id WHERE p.message_id = t.first_id) AS head`,
);
