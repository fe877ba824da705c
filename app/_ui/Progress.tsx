import type { SourceProgress } from '#db/progress';
import { plural } from './format';

/** The progress of the archives that are being read now, one line each. */
export function Progress({ sources }: { sources: SourceProgress[] }) {
  return (
    <ul className="progress" aria-label="Being read now">
      {sources.map((source) => (
        <li key={source.location}>
          <code>{source.location}</code> {said(source)}
          {source.total ? <progress value={source.read} max={source.total} aria-label="Mails read" /> : null}
        </li>
      ))}
    </ul>
  );
}

function said({ phase, read, total }: SourceProgress): string {
  if (phase === 'fetching') return 'fetching mails from its server';
  if (phase === 'linking') return `${plural(read, 'mail')} read; joining threads, patches and quotations`;
  return `${read.toLocaleString('en-US')}${total === null ? '' : ` of ${total.toLocaleString('en-US')}`} mails read`;
}
