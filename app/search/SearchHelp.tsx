import { PREFIXES } from '#query/prefixes';
import { markupOf } from '../_web/markup';

/** The syntax without prefixes: an example to copy, and its meaning. */
const WORDS: [string, string][] = [
  ['kexec panic', 'both words, in any form, in the subject, the author, the body or an attachment'],
  ['"machine check"', 'the phrase'],
  ['hibern*', 'words that begin with hibern'],
  ['suspend OR resume', 'either word'],
  ['kernel NOT patch, kernel -patch', 'the first without the second'],
  ['(cxl OR einj) s:RFC', 'parentheses'],
  ['suspend NEAR/5 image', 'at most five words apart'],
  ['suspend ADJ/5 image', 'the same, and in this order'],
];

/** The same on every page, so it is rendered once. */
let written: string | undefined;

export function SearchHelp() {
  written ??= markupOf(<Language />);
  // biome-ignore lint/security/noDangerouslySetInnerHtml: made here, of constants
  return <section className="help" aria-label="How to search" dangerouslySetInnerHTML={{ __html: written }} />;
}

function Language() {
  const rows = [...WORDS, ...PREFIXES.map(({ example, meaning }) => [example, meaning] as const)];
  return (
    <>
      <p>The query language is that of lore.kernel.org: what works there works here.</p>
      <table>
        <tbody>
          {rows.map(([example, meaning]) => (
            <tr key={example}>
              <td>
                <code>{example}</code>
              </td>
              <td>{meaning}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
