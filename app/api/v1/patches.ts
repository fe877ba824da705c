import { z } from 'zod';
import { seriesObject } from '#db/queries/exportseries';
import { findMmRelease, mmReleases } from '#db/queries/mm';
import { findSeries, type SeriesLine, seriesIdOf } from '#db/queries/series';
import { listSeries, SERIES_A_PAGE } from '#db/queries/serieslist';
import { type Operation, operation } from '../../_page/api';
import { maskAll } from '../../_ui/format';
import { missing, number, ofId, who } from './common';
import * as s from './schemas';

const seriesLine = (line: SeriesLine) => ({
  id: line.id,
  title: line.title,
  author: who(line.author, line.address),
  revisions: line.revisions,
  version: line.version,
  patches: line.patches,
  status: line.status,
  addressee: line.addressee && maskAll(line.addressee),
  reviewed: line.reviewed,
  first_at: ofId(line.first_id),
  posted_at: ofId(line.posted_id),
  last_at: ofId(line.last_id),
  msgid: line.msgid,
});

export const patchOperations: Operation[] = [
  operation({
    path: '/series',
    summary: 'Patch series, newest revision first; those waiting for review, longest waiting first',
    params: z.strictObject({
      status: z.string().max(50).optional().describe('applied, no answer, waiting, ...'),
      list: z.string().max(200).optional(),
      author: z.string().max(200).optional(),
      older: number.optional().describe('older than so many days'),
      newer: number.optional().describe('newer than so many days'),
      after: number.optional().describe('"next" of the previous page'),
    }),
    answer: z.object({ series: z.array(s.seriesLine), next: z.int().nullable() }),
    async run({ params: { older, newer, ...filter }, db }) {
      const rows = await listSeries(db, {
        ...(Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as typeof filter),
        ...(older === undefined ? {} : { olderThanDays: older }),
        ...(newer === undefined ? {} : { newerThanDays: newer }),
      } as Parameters<typeof listSeries>[1]);
      const lines = rows.slice(0, SERIES_A_PAGE);
      return {
        series: lines.map(seriesLine),
        next: rows.length > SERIES_A_PAGE ? (lines.at(-1)?.posted_id ?? null) : null,
      };
    },
  }),
  operation({
    path: '/series/{id}',
    summary: 'A patch series, as in the export; the id of any of its mails works too',
    params: z.strictObject({ id: number }),
    answer: s.series,
    async run({ params, db }) {
      const id = await seriesIdOf(db, params.id);
      const series = id === null ? null : await findSeries(db, id);
      if (!series) throw missing(`Series ${params.id}`);
      const { author, ...object } = seriesObject(series) as z.input<typeof s.series>;
      return { ...object, author: who(author.name, author.address) };
    },
  }),
  operation({
    path: '/mm',
    summary: 'Announcements of the -mm tree, newest first',
    params: z.strictObject({}),
    answer: z.object({ releases: z.array(s.mmLine) }),
    async run({ db }) {
      const releases = await mmReleases(db);
      return {
        releases: releases.map(({ name, msgid, message_id, previous, added, dropped }) => ({
          release: name,
          msgid,
          sent_at: ofId(message_id),
          previous,
          added,
          dropped,
        })),
      };
    },
  }),
  operation({
    path: '/mm/{release}',
    summary: 'One release of the -mm tree',
    params: z.strictObject({ release: z.string().max(100) }),
    answer: s.mm,
    async run({ params, db }) {
      const release = await findMmRelease(db, params.release);
      if (!release) throw missing(`Release ${params.release}`);
      return {
        release: release.name,
        msgid: release.msgid,
        sent_at: ofId(release.message_id),
        previous: release.previous,
        remarks: release.remarks.map(({ subject, text, unmerged }) => ({ subject, text, unmerged: unmerged === 1 })),
        entries: release.entries.map(({ kind, file, title, note }) => ({ kind, file, title, note })),
      };
    },
  }),
];
