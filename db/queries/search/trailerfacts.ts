/** Facts stated by trailers, as a test of a row `t` of `trailer`. */
export const TRAILER_FACTS: Record<string, string> = {
  fixes: `t.key = 'Fixes'`,
  closes: `t.key IN ('Closes', 'Resolves')`,
  syzbot: `(t.key = 'Reported-by' AND (t.address LIKE 'syzbot+%' OR t.address LIKE 'syzbot@%')
    OR t.key IN ('Closes', 'Link') AND t.value LIKE '%syzkaller.appspot.com%')`,
  bugzilla: `(t.key = 'Bugzilla' OR t.key IN ('BugLink', 'Bug', 'Closes', 'Link', 'References') AND t.value LIKE '%bugzilla%')`,
};
