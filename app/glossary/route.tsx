import { STATES } from '#patch/state';
import { page } from '../_page/page';
import { frameOf } from '../_page/sections';
import { Document } from '../_ui/Document';

/** What our pages mean by a word. The words for patches are the kernel's. */
const TERMS: [string, string][] = [
  ['thread', 'Mails joined by In-Reply-To and References, as public-inbox joins them.'],
  [
    'series',
    'One piece of work over all its versions: [PATCH], [PATCH v2], and so on. A single patch is a series too.',
  ],
  ['version', 'One posting of a series: v1, v2, ... A repost without changes is a resend, not a version.'],
  ['cover letter', 'The 0/n mail of a series.'],
  ['trailer', 'Reviewed-by:, Acked-by:, Tested-by:, Nacked-by: and similar lines. Pages link the mail that gave each.'],
  ['lost trailer', 'A trailer given to one version that the next version of the same patch does not carry.'],
  ['verdict', 'What became of a series, with the mail or commit that proves it.'],
  [
    'objection',
    'A sentence against the series by somebody other than its author. It is open until the author answers it or the next version meets it.',
  ],
  ['NAK', 'A plain no to a patch, in the first person or as Nacked-by:.'],
  [
    'debate',
    'A thread of at least three people in which passages were quoted and answered. The most answered come first.',
  ],
  [
    'digest',
    'A thread in its own words: what it is about, the objections, the evidence, the outcome. Everything is quoted; a program writes none of it.',
  ],
  ['waits', 'Nobody has answered the newest version.'],
  ['quiet', 'There has been no mail for so long that the series no longer counts as waiting.'],
  ['report', 'A mail that reports a bug or a regression: #regzbot, a bisected commit, a backtrace.'],
  ['this week', "The seven days up to the archive's newest mail, not up to today."],
  [
    'verbatim, edited',
    'A verbatim quotation has the words of its mail. In an edited one, some words differ; the page shows which.',
  ],
  [
    'person',
    "One person's names and addresses, joined because mails prove that they belong together. Their page has the proof.",
  ],
  [
    'topic, system',
    'A topic is defined by the operator, or found because many subjects begin with it. A system is a part of a topic, such as kdump or kdb.',
  ],
  ['-mm', "Andrew Morton's tree: what entered, what left, and what he said of it."],
  ['missing mail', 'A mail that others answer but this archive does not have. Pages link to it at lore.'],
  ['imposter', 'A different mail with a Message-ID that an earlier mail already used.'],
];

const asId = (term: string) => term.replace(/\W+/g, '-');

/** `/glossary/` */
export const GET = page(async ({ db }) => {
  return (
    <Document title="Glossary · Threadline" {...(await frameOf(db))}>
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
            <a href="/series/states/">with the evidence for each</a>
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
