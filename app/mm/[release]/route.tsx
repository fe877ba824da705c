import type { Snapshot } from '#db/open';
import { findMmRelease, isMerged, type MmEntryLine, type MmEvent, mmEvents, mmStay } from '#db/queries/mm';
import { timeOf } from '#mail/ids';
import { notFound, page } from '../../_page/page';
import { frameOf } from '../../_page/sections';
import { Document } from '../../_ui/Document';
import { nameOf, plural, shortTime } from '../../_ui/format';
import { anyHref } from '../../_ui/links';

/** `/mm/{release}/`, a month of mm-commits mails, or a patch file: what entered the tree, what left it and where to, and what its maintainer says of the rest. */
export const GET = page(async ({ parts, db }) => {
  const name = parts[1] ?? '';
  const month = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(name);
  if (month) return eventsPage(db, name, await eventsOfMonth(db, Number(month[1]), Number(month[2])));
  if (name.endsWith('.patch')) return eventsPage(db, name, await mmStay(db, name));
  const release = await findMmRelease(db, name);
  if (!release) return notFound(`"${name.slice(0, 100)}" of the -mm tree`, name.slice(0, 100));
  const [unmerged, others] = [
    release.remarks.filter((one) => one.unmerged),
    release.remarks.filter((one) => !one.unmerged),
  ];
  const changes = release.entries.filter((entry) => entry.kind !== 'all');
  const all = release.entries.filter((entry) => entry.kind === 'all');
  return (
    <Document at="/mm/" title={`${release.name} · Threadline`} {...(await frameOf(db))}>
      <h1>{release.name}</h1>
      <p className="about">
        Announced by <bdi className="name">{nameOf(release.author, '')}</bdi>,{' '}
        <time>{shortTime(timeOf(release.message_id))}</time> UTC: <a href={anyHref(release.msgid)}>the mail</a>.{' '}
        {release.previous ? `Changes since ${release.previous}: ` : ''}
        {release.added} entered, {release.dropped} left; {plural(release.patches ?? all.length, 'patch', 'patches')} in
        all.
      </p>
      {others.map((remark) => (
        <p key={remark.line}>{remark.subject ? `${remark.subject}: ${remark.text}` : remark.text}</p>
      ))}
      {unmerged.length ? (
        <section>
          <h2>
            On as-yet-unmerged things <small>{unmerged.length}</small>
          </h2>
          <dl className="remarks">
            {unmerged.map((remark) => (
              <div key={remark.line}>
                <dt>
                  <strong>{remark.subject}</strong>
                </dt>
                <dd>{remark.text}</dd>
              </div>
            ))}
          </dl>
        </section>
      ) : null}
      <section>
        <h2>
          Changelog <small>{plural(changes.length, 'line')}</small>
        </h2>
        <ol className="changes">
          {changes.filter(saysMore).map((entry) => (
            <ChangeItem key={entry.line} entry={entry} />
          ))}
        </ol>
      </section>
      <section>
        <h2>
          All patches <small>{all.length}</small>
        </h2>
        <ol className="changes">
          {all.map((entry) => (
            <li key={entry.line}>
              <a href={fileHref(entry.file)}>
                <code>{entry.file}</code>
              </a>{' '}
              {entry.title}
              {entry.entered ? <small> since {entry.entered}</small> : null}
            </li>
          ))}
        </ol>
      </section>
    </Document>
  );
});

function eventsOfMonth(db: Snapshot, year: number, month: number) {
  return mmEvents(db, Date.UTC(year, month - 1) / 1000, Date.UTC(year, month) / 1000);
}

/** What happened to patches of the tree, in order of time, each line with its mail. */
async function eventsPage(db: Snapshot, name: string, events: MmEvent[]) {
  if (!events.length) return notFound(`"${name.slice(0, 100)}" of the -mm tree`, name.slice(0, 100));
  return (
    <Document at="/mm/" title={`${name} · -mm · Threadline`} {...(await frameOf(db))}>
      <h1>{name}</h1>
      <p className="about">
        {name.endsWith('.patch') ? 'Its history in the -mm tree' : 'What entered and left the -mm tree'}, according to
        the mails here. <a href="/mm/">All of -mm</a>
      </p>
      <ol className="changes">
        {events.map((event) => (
          <li
            key={`${event.message_id} ${event.kind}`}
            className={event.kind === 'added' ? 'ad' : event.kind === 'dropped' ? 'de' : undefined}
          >
            <a href={anyHref(event.msgid)}>{shortTime(timeOf(event.message_id))}</a> <code>{event.file}</code>{' '}
            {eventWords(event)}
            {event.title ? <small> {event.title}</small> : null}
          </li>
        ))}
      </ol>
    </Document>
  );
}

function eventWords({ kind, release, note }: MmEvent): string {
  const where = release ? ` (${release})` : '';
  if (kind === 'added') return `entered${where}`;
  if (kind === 'dropped') return `left${isMerged(note) ? ', merged' : ''}${where}${note ? `: ${note}` : ''}`;
  return `was in ${release ?? 'the tree'}`;
}

const fileHref = (file: string) => `/mm/${encodeURIComponent(file)}/`;

const MARKS = { added: '+', dropped: '−', kept: ' ', note: '', all: '' };

/** A note that only repeats the title of the patch above it is left out. */
const saysMore = ({ kind, note }: MmEntryLine, n: number, all: MmEntryLine[]) =>
  kind !== 'note' || note !== all[n - 1]?.title;

function ChangeItem({ entry }: { entry: MmEntryLine }) {
  if (entry.kind === 'note') {
    return (
      <li className="note">
        <em>{entry.note}</em>
      </li>
    );
  }
  const left = entry.kind === 'dropped' ? (isMerged(entry.note) ? 'merged' : 'left') : null;
  return (
    <li className={entry.kind === 'added' ? 'ad' : entry.kind === 'dropped' ? 'de' : undefined}>
      <a href={fileHref(entry.file)}>
        <code>
          {MARKS[entry.kind]}
          {entry.file}
        </code>
      </a>{' '}
      {entry.title} {left ? <small>{left}</small> : null}
    </li>
  );
}
