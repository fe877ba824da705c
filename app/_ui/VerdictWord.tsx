import type { Verdict } from '#db/queries/case';
import { statusClass } from './state';

/** "v4 refused", in a row: what became of the newest version. */
export function VerdictWord({ status, version }: Verdict) {
  return (
    <>
      {' '}
      <i className={`state ${statusClass(status)}`}>
        {version === '1' ? '' : `v${version} `}
        {status}
      </i>
    </>
  );
}
