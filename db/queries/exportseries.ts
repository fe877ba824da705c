import { CLAIM, CLAIM_SOURCE, PATCH_KIND } from '#patch/kinds';
import { outcomeUnknown } from '#patch/state';
import { isSamePerson } from '#patch/trailer';
import type { Snapshot } from '../open';
import { rfc3339 } from './export';
import type { OutcomeLine, PatchLine, RevisionDetail } from './revisions';
import { findSeries, type SaidLine, type SeriesDetail, type SeriesProofs } from './series';

const KIND_NAMES = new Map<number, string>(Object.entries(CLAIM).map(([name, number]) => [number, name]));
const SOURCE_NAMES = new Map<number, string>(Object.entries(CLAIM_SOURCE).map(([name, number]) => [number, name]));

/** Series that are read at a time. */
const PAGE = 500;

/** `npm run export -- series`: one object per series, sorted by id. */
export async function* exportSeries(db: Snapshot): AsyncGenerator<object> {
  let after = -1;
  for (;;) {
    const rows = await db.all<{ id: number }>('SELECT id FROM series WHERE id > ? ORDER BY id LIMIT ?', [after, PAGE]);
    for (const { id } of rows) {
      const series = await findSeries(db, id);
      if (series) yield seriesObject(series);
    }
    const last = rows.at(-1);
    if (!last) return;
    after = last.id;
  }
}

export function seriesObject(series: SeriesDetail & SeriesProofs): object {
  const patches = series.all.flatMap((revision) => revision.patches);
  return {
    id: series.id,
    title: series.title,
    author: { name: series.author, address: series.address },
    change_id: series.changeId,
    revisions: series.all.map(revisionObject),
    status: series.status,
    verdict: series.proof ? saidObject(series.proof) : null,
    outcome_unknown: outcomeUnknown(series.isKeepers, series.status),
    objections: series.objections.map((one) => ({
      by: one.address,
      msgid: one.msgid,
      line: one.line,
      answered: one.isAnswered,
    })),
    applied: patches.flatMap((patch) =>
      patch.outcomes.filter(({ doubted }) => !doubted).map((outcome) => appliedObject(patch, outcome)),
    ),
  };
}

/** A statement as an object; lines count from 0, as everywhere in exports. */
function saidObject({ address, msgid, line, at }: SaidLine): object {
  return { by: address, msgid, line, at: rfc3339(at) };
}

function revisionObject(revision: RevisionDetail): object {
  return {
    number: revision.number,
    prefixes: revision.prefixes,
    cover: revision.patches.find((patch) => patch.isCover)?.msgid ?? null,
    patches: revision.patches
      .filter((patch) => !patch.isCover)
      .map(({ position, msgid, patchId }) => ({ position, total: revision.total, msgid, patch_id: patchId })),
    sent_at: rfc3339(revision.sentAt),
    resend: revision.isResend,
  };
}

/** `kind`: what the evidence says; `evidence`: the msgid of the mail, or `commit` for a repository's commit. */
function appliedObject(patch: PatchLine, outcome: OutcomeLine): object {
  return {
    patch: patch.msgid,
    oid: outcome.oid || null,
    tree: outcome.tree,
    evidence: outcome.msgid ?? 'commit',
    kind: KIND_NAMES.get(outcome.kind) ?? '',
    source: SOURCE_NAMES.get(outcome.source) ?? '',
    how: outcome.how,
  };
}

interface TrailerRow {
  msgid: string;
  patch: string;
  key: string;
  name: string;
  address: string;
  value: string | null;
  given_in: string;
  giver: string;
  giver_address: string;
}

/**
 * `npm run export -- trailers`: one object per trailer and patch that it applies to, sorted by the mail that has it.
 * A reply to the cover letter applies to each patch. For a trailer in a later version, `given_in` is the reply that gave it.
 * `for_other`: the sender of that mail is not the person named.
 */
export async function* exportTrailers(db: Snapshot): AsyncGenerator<object> {
  let after = '';
  for (;;) {
    const mails = await db.all<{ msgid: string; id: number }>(
      'SELECT DISTINCT m.msgid, m.id FROM message m JOIN trailer t ON t.message_id = m.id WHERE m.msgid > ? ORDER BY m.msgid LIMIT ?',
      [after, PAGE],
    );
    const rows = await db.all<TrailerRow>(TRAILERS, [JSON.stringify(mails.map(({ id }) => id))]);
    for (const { value, giver, giver_address, ...row } of rows) {
      const isForOther =
        (row.name !== '' || row.address !== '') && !isSamePerson(row, { name: giver, address: giver_address });
      yield { ...row, ...(value === null ? {} : { value }), ...(isForOther ? { for_other: true } : {}) };
    }
    const last = mails.at(-1);
    if (!last) return;
    after = last.msgid;
  }
}

const TRAILERS = `WITH mail AS (SELECT value AS id FROM json_each(?)),
  held AS (
    SELECT t.message_id, t.line, t.key, t.name, t.address, t.value, t.message_id AS patch, p.revision_id
      FROM mail JOIN trailer t ON t.message_id = mail.id JOIN patch p ON p.message_id = mail.id
    UNION ALL
    SELECT t.message_id, t.line, t.key, t.name, t.address, t.value, coalesce(q.message_id, y.patch_id), p.revision_id
      FROM mail JOIN trailer t ON t.message_id = mail.id JOIN patch_reply y ON y.message_id = mail.id
      JOIN patch p ON p.message_id = y.patch_id
      LEFT JOIN revision r ON r.id = p.revision_id AND (r.cover_id = p.message_id OR p.kind = ${PATCH_KIND.cover})
      LEFT JOIN patch q ON q.revision_id = r.id AND q.message_id IS NOT r.cover_id AND q.kind <> ${PATCH_KIND.cover})
  SELECT m.msgid, pm.msgid AS patch, h.key, h.name, h.address, h.value, gm.msgid AS given_in, gi.name AS giver, gi.address AS giver_address
  FROM (SELECT held.*, coalesce(CASE WHEN patch = message_id AND address <> '' THEN
      (SELECT gm.id FROM revision r JOIN revision s ON s.series_id = r.series_id AND s.id < r.id
        JOIN patch sp ON sp.revision_id = s.id JOIN patch_reply y ON y.patch_id = sp.message_id
        JOIN trailer g ON g.message_id = y.message_id AND g.key = held.key AND g.address = held.address
        JOIN message gm ON gm.id = g.message_id WHERE r.id = held.revision_id ORDER BY gm.id DESC LIMIT 1) END, message_id) AS given_id FROM held) h
  JOIN message m ON m.id = h.message_id JOIN message pm ON pm.id = h.patch
  JOIN message gm ON gm.id = h.given_id JOIN identity gi ON gi.id = gm.author_id
  ORDER BY m.msgid, pm.id, h.line`;
