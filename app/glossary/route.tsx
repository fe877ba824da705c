import { anySynthetic } from '#db/queries/home';
import { STATES } from '#patch/state';
import { page } from '../_page/page';
import { Document } from '../_ui/Document';

/** What our pages mean by a word. Those of patches are the kernel's own. */
const TERMS: [string, string][] = [
  ['thread', 'Mails joined by In-Reply-To and References, as public-inbox joins them.'],
  [
    'series',
    'One piece of work over all its versions: [PATCH], [PATCH v2], and so on. A single patch is a series too.',
  ],
  ['version', 'One posting of a series: v1, v2, ... A repost without changes is a resend, not a version.'],
  ['cover letter', 'The 0/n mail of a series.'],
  ['trailer', 'Reviewed-by:, Acked-by:, Tested-by:, Nacked-by: and their kind, with the mail in which each was given.'],
  ['lost trailer', 'A trailer given to one version that the next version of the same patch does not carry.'],
  ['verdict', 'What became of a series, with the mail or commit that proves it.'],
  [
    'objection',
    'A sentence of somebody else against the series. It is open until its author answers, or the next version meets it.',
  ],
  ['NAK', 'A plain no to a patch, in the first person or as Nacked-by:.'],
  [
    'debate',
    'A thread of three people or more in which passages were quoted and answered; the most answered come first.',
  ],
  [
    'digest',
    'A thread in its own words: the claim, the objections, the evidence, the outcome. Quoted, never written by a program.',
  ],
  ['waits', 'Nobody has answered the newest version.'],
  ['quiet', 'No mail for so long that nobody is said to wait.'],
  ['report', 'A mail that reports a bug or a regression: #regzbot, a bisected commit, a backtrace.'],
  ['this week', "The seven days that end with the archive's newest mail. The clock is not asked."],
  ['verbatim, edited', 'A quotation as the mail has it; one with changed words, which are shown.'],
  ['person', 'The names and addresses that mails prove to be of one person. Their page has the proof.'],
  [
    'topic, system',
    'A subject that the operator defined or that many subjects begin with; a part of one, such as kdump or kdb.',
  ],
  ['-mm', "Andrew Morton's tree: what entered, what left, and what he said of it."],
  ['missing mail', 'A mail that others answer and the archive does not have. Pages link to lore for it.'],
  ['imposter', 'A different mail under a Message-ID that another one used first.'],
];

const asId = (term: string) => term.replace(/\W+/g, '-');

/** `/glossary/` */
export const GET = page(async ({ db }) => {
  return (
    <Document title="Glossary · Threadline" synthetic={await anySynthetic(db)}>
      <h1>Glossary</h1>
      <div className="help">
        <dl className="remarks">
          {TERMS.map(([term, meaning]) => (
            <div key={term} id={asId(term)}>
              <dt>{term}</dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
        <h2 id="states">
          What became of a series{' '}
          <small>
            <a href="/series/states/">with the evidence that each takes</a>
          </small>
        </h2>
        <dl className="remarks">
          {STATES.map(({ id, name, meaning, tone }) => (
            <div key={id}>
              <dt>
                <span className={`state st-${tone}`}>{name}</span>
              </dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </div>
    </Document>
  );
});
