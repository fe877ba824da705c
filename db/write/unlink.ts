import type { Transaction } from '../open';

/** Mails whose links may depend on a withdrawn mail (?1): those in its thread (?2), with its series or title, and those that it is about or that are about it. */
const CONCERNED = `
  SELECT id FROM message WHERE thread = ?2
  UNION SELECT q.message_id FROM patch p JOIN revision r ON r.id = p.revision_id JOIN revision s ON s.series_id = r.series_id
    JOIN patch q ON q.revision_id = s.id WHERE p.message_id = ?1
  UNION SELECT q.message_id FROM patch p JOIN patch q ON q.title_key = p.title_key WHERE p.message_id = ?1
  UNION SELECT c.message_id FROM patch p JOIN claim c ON c.title_key = p.title_key WHERE p.message_id = ?1
  UNION SELECT patch_id FROM outcome WHERE evidence_id = ?1
  UNION SELECT evidence_id FROM outcome WHERE patch_id = ?1 AND evidence_id <> 0`;

/**
 * Removes a mail that is about to be deleted from the links of patches. Its series is dissolved, and everything that depends on it is
 * left to `linkPatches`, which links it again without this mail.
 */
export async function unlinkPatches(db: Transaction, id: number, thread: number): Promise<void> {
  await db.run(`INSERT OR IGNORE INTO patch_dirty ${CONCERNED}`, [id, thread]);
  const series = await db.get<{ id: number }>(
    'SELECT r.series_id AS id FROM patch p JOIN revision r ON r.id = p.revision_id WHERE p.message_id = ?',
    [id],
  );
  if (series) {
    await db.run(
      'UPDATE patch SET revision_id = NULL WHERE revision_id IN (SELECT id FROM revision WHERE series_id = ?)',
      [series.id],
    );
    await db.run('DELETE FROM revision WHERE series_id = ?', [series.id]);
    await db.run('DELETE FROM series WHERE id = ?', [series.id]);
    await db.run('DELETE FROM objection WHERE series_id = ?', [series.id]);
  }
  await db.run('DELETE FROM patch_reply WHERE message_id = ?1 OR patch_id = ?1', [id]);
  await db.run('DELETE FROM outcome WHERE patch_id = ?1 OR evidence_id = ?1', [id]);
  await db.run('DELETE FROM patch_file WHERE message_id = ?', [id]);
  await db.run('DELETE FROM patch_commit WHERE patch_id = ?', [id]);
}
