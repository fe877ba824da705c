import type { Verdict } from '#db/queries/verdictrows';
import { VerdictWord } from './VerdictWord';

/** The first cell of a row: a thread's subject, and the state of the series that it begins. */
export function TitleLink({
  href,
  thread,
}: {
  href: string;
  thread: { subject: string; verdict?: Verdict | null | undefined };
}) {
  return (
    <a href={href}>
      <bdi>{thread.subject || '(no subject)'}</bdi>
      {thread.verdict ? <VerdictWord {...thread.verdict} /> : null}
    </a>
  );
}
