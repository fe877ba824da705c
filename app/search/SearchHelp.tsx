/** What can be asked, with something to copy for each. */
const ROWS: [string, string][] = [
  ['kexec panic', 'both words, in any form of theirs, in the subject, the author, the body or an attachment'],
  ['"machine check"', 'the phrase'],
  ['hibern*', 'words that begin so'],
  ['suspend OR resume, kernel NOT patch, -word', 'either; without'],
  ['(cxl OR einj) s:RFC', 'parentheses'],
  ['s: f: t: c: tc: a:', 'subject; from; to; cc; to or cc; any of the three'],
  ['b: nq: q: bs:', 'body; its own words; what it quotes; subject or body'],
  ['dfn: dfa: dfb: dfctx: dfhh:', 'of a diff: file name; removed, added, unchanged lines; hunk header'],
  ['dfpre: dfpost: dfblob: patchid: changeid:', 'blob names of a diff; identifiers, whole'],
  ['d:20220101..20221231, d:2004-07.., d:..2.weeks.ago', 'sent within; rt: arrived within'],
  ['m: mid: l: lid: n:', 'Message-ID in part, whole; List-Id in part, whole; attachment name'],
  ['is:patch is:cover is:reply has:attachment list:linux-pm', 'ours besides: kinds of mail, one list'],
  ['status:no-answer status:applied status:waiting', 'patches by what became of their series'],
  ['reviewed-by:NAME acked-by: tested-by:', 'mails in which the trailer was given, and the patches it was given to'],
  ['tag:RFC', 'a word in the brackets of the subject'],
];

export function SearchHelp() {
  return (
    <section className="help" aria-label="How to search">
      <p>The language is that of lore.kernel.org: what works there works here.</p>
      <table>
        <tbody>
          {ROWS.map(([example, meaning]) => (
            <tr key={example}>
              <td>
                <code>{example}</code>
              </td>
              <td>{meaning}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
