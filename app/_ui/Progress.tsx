import type { SourceProgress } from '#db/progress';
import { plural } from './format';

/** How far the archives are that are being read now, one line each. */
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
  if (phase === 'fetching') return 'asking its server for mails';
  if (phase === 'linking') return `${plural(read, 'mail')} read; joining threads, patches and quotations`;
  return `${read.toLocaleString('en-US')}${total === null ? '' : ` of ${total.toLocaleString('en-US')}`} mails read`;
}
