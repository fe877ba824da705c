import { IN_SERIES } from '#patch/kinds';

/** Leaves out threads that a killed run did not arrange; the next run will. */
const settled = (thread: string) => `${thread} NOT IN (SELECT thread FROM dirty_thread)`;

/** Counts the rows of `table` whose `column` does not name a row of `target`. */
const astray = (table: string, column: string, target: string, key: string, where = '1') =>
  `SELECT count(*) AS n FROM ${table} x WHERE x.${column} IS NOT NULL AND ${where} AND NOT EXISTS (SELECT 1 FROM ${target} y WHERE y.${key} = x.${column})`;

const ofMessage = (table: string, column = 'message_id', where = '1') => astray(table, column, 'message', 'id', where);

const MESSAGES: [string, string][] = [
  [
    'messages without a posting',
    'SELECT count(*) AS n FROM message m WHERE NOT EXISTS (SELECT 1 FROM posting p WHERE p.message_id = m.id)',
  ],
  ['postings of a missing message', ofMessage('posting')],
  ['postings on a missing list', astray('posting', 'list_id', 'list', 'id')],
  ['postings from a missing source', astray('posting', 'source_id', 'source', 'id')],
  ['rejects from a missing source', astray('reject', 'source_id', 'source', 'id')],
  ['files read from a missing source', astray('source_file', 'source_id', 'source', 'id')],
  ['messages without their author', astray('message', 'author_id', 'identity', 'id')],
  [
    'second messages with a Message-ID that are not marked as imposters',
    'SELECT count(*) AS n FROM (SELECT msgid FROM message WHERE imposter = 0 GROUP BY msgid HAVING count(*) > 1)',
  ],
  [
    'lists with a wrong count of postings',
    'SELECT count(*) AS n FROM list l WHERE l.messages <> (SELECT count(*) FROM posting p WHERE p.list_id = l.id)',
  ],
  [
    'lists with an article number above their highest',
    'SELECT count(*) AS n FROM list l WHERE l.last_number < (SELECT max(p.number) FROM posting p WHERE p.list_id = l.id)',
  ],
  [
    'months with a wrong count of postings',
    `WITH counted AS (SELECT p.list_id, strftime('%Y-%m', m.sent_at, 'unixepoch') AS month, count(*) AS messages
       FROM posting p JOIN message m ON m.id = p.message_id GROUP BY 1, 2)
     SELECT (SELECT count(*) FROM (SELECT * FROM counted EXCEPT SELECT list_id, month, messages FROM activity)) +
       (SELECT count(*) FROM (SELECT list_id, month, messages FROM activity EXCEPT SELECT * FROM counted)) AS n`,
  ],
];

const THREADS: [string, string][] = [
  ['messages of a missing thread', astray('message', 'thread', 'thread', 'id', settled('x.thread'))],
  ['threads without a message', `${astray('thread', 'id', 'message', 'thread')} AND ${settled('x.id')}`],
  [
    'messages without exactly one place in their thread',
    `SELECT count(*) AS n FROM message m WHERE ${settled('m.thread')}
     AND 1 <> (SELECT count(*) FROM place p WHERE p.message_id = m.id AND p.thread = m.thread)`,
  ],
  ['places of a missing message', ofMessage('place', 'message_id', settled('x.thread'))],
  ['places in a missing thread', astray('place', 'thread', 'thread', 'id')],
  [
    'places that are neither message nor ghost',
    'SELECT count(*) AS n FROM place WHERE (message_id IS NULL) = (ghost IS NULL)',
  ],
  ['places of a missing ghost', astray('place', 'ghost', 'ghost', 'msgid', settled('x.thread'))],
  [
    'places not directly below their parent',
    `SELECT count(*) AS n FROM place p LEFT JOIN place up ON up.thread = p.thread AND up.position = p.parent
     WHERE CASE WHEN p.parent IS NULL THEN p.depth <> 0 ELSE p.parent >= p.position OR p.depth IS NOT up.depth + 1 END`,
  ],
  [
    'threads with wrong counts of messages or participants, or a wrong beginning or end',
    `SELECT count(*) AS n FROM thread t JOIN (
       SELECT m.thread, count(*) AS messages, count(DISTINCT i.address) AS participants, min(m.id) AS first_id, max(m.id) AS last_id
       FROM message m JOIN identity i ON i.id = m.author_id GROUP BY 1) c ON c.thread = t.id
     WHERE ${settled('t.id')} AND (t.messages, t.participants, t.first_id, t.last_id) IS NOT (c.messages, c.participants, c.first_id, c.last_id)`,
  ],
  ['ghosts whose message exists', 'SELECT count(*) AS n FROM ghost g JOIN message m ON m.msgid = g.msgid'],
  ['ghosts of a thread without a message', astray('ghost', 'thread', 'message', 'thread', settled('x.thread'))],
  [
    'threads on the wrong lists',
    `WITH counted AS (SELECT p.list_id, max(m.id) AS last_id, m.thread FROM posting p JOIN message m ON m.id = p.message_id GROUP BY 1, 3)
     SELECT (SELECT count(*) FROM (SELECT * FROM counted EXCEPT SELECT list_id, last_id, thread FROM thread_list) WHERE ${settled('thread')}) +
       (SELECT count(*) FROM (SELECT list_id, last_id, thread FROM thread_list EXCEPT SELECT * FROM counted) WHERE ${settled('thread')}) AS n`,
  ],
];

const INDEX: [string, string][] = [
  [
    'messages missing from the full-text index',
    'SELECT count(*) AS n FROM message m LEFT JOIN search_docsize d ON d.id = m.id WHERE d.id IS NULL',
  ],
  [
    'words of a missing message',
    'SELECT count(*) AS n FROM search_docsize d LEFT JOIN message m ON m.id = d.id WHERE m.id IS NULL',
  ],
  ['identifiers of a missing message', ofMessage('term')],
];

const QUOTES: [string, string][] = [
  [
    'quotations of or by a missing message, or from another thread',
    `SELECT count(*) AS n FROM quote q LEFT JOIN message a ON a.id = q.source_id LEFT JOIN message b ON b.id = q.message_id
     WHERE a.id IS NULL OR b.id IS NULL OR a.thread <> b.thread`,
  ],
  [
    'quotations outside the lines of their messages',
    `SELECT count(*) AS n FROM quote q JOIN message a ON a.id = q.source_id JOIN message b ON b.id = q.message_id
     WHERE q.line < 0 OR q.lines < 1 OR q.line + q.lines > b.lines
       OR q.source_line < 0 OR q.source_lines < 1 OR q.source_line + q.source_lines > a.lines`,
  ],
];

const PEOPLE: [string, string][] = [
  ['identities of a missing person', astray('identity', 'person_id', 'person', 'id')],
  ['persons without an identity', astray('person', 'id', 'identity', 'person_id')],
  [
    'identities with a wrong count of mails',
    'SELECT count(*) AS n FROM identity i WHERE messages <> (SELECT count(*) FROM message m WHERE m.author_id = i.id) AND id NOT IN (SELECT identity_id FROM dirty_author)',
  ],
  ['joins of a missing identity', astray('person_join', 'identity_id', 'identity', 'id')],
];

const PATCHES: [string, string][] = [
  ...['patch', 'trailer', 'claim', 'mm_release', 'mm_remark', 'mm_entry', 'patch_file', 'patch_dirty'].map(
    (table): [string, string] => [`rows of ${table} of a missing message`, ofMessage(table)],
  ),
  ['patches of a missing revision', astray('patch', 'revision_id', 'revision', 'id')],
  [
    'patches without a revision',
    `SELECT count(*) AS n FROM patch WHERE kind IN (${IN_SERIES}) AND revision_id IS NULL AND message_id NOT IN (SELECT message_id FROM patch_dirty)`,
  ],
  ['revisions without a patch', astray('revision', 'id', 'patch', 'revision_id')],
  ['revisions of a missing series', astray('revision', 'series_id', 'series', 'id')],
  ['revisions after a missing revision', astray('revision', 'previous', 'revision', 'id')],
  ['revisions with a missing cover letter', astray('revision', 'cover_id', 'patch', 'message_id')],
  ['series without a revision', astray('series', 'id', 'revision', 'series_id')],
  ['series with a missing author', astray('series', 'author_id', 'identity', 'id')],
  ['replies to patches by a missing message', ofMessage('patch_reply')],
  ['replies to a missing patch', astray('patch_reply', 'patch_id', 'patch', 'message_id')],
  ['outcomes of a missing patch', astray('outcome', 'patch_id', 'patch', 'message_id')],
  ['outcomes proved by a missing message', ofMessage('outcome', 'evidence_id', 'x.evidence_id <> 0')],
  ['commits of a missing patch', astray('patch_commit', 'patch_id', 'patch', 'message_id')],
];

/** Each query counts wrong rows. */
export const CHECKS: [string, string][] = [...MESSAGES, ...THREADS, ...INDEX, ...QUOTES, ...PEOPLE, ...PATCHES];

/** Work that a killed run left for the next one, which is not a fault. */
export const UNFINISHED: [string, string][] = [
  ['threads to be split', `SELECT count(*) AS n FROM meta WHERE key LIKE 'rejoin:%'`],
  ['threads to arrange', 'SELECT count(*) AS n FROM dirty_thread'],
  ['mails with patches to be linked', 'SELECT count(*) AS n FROM patch_dirty'],
  ['threads with quotations to be resolved', 'SELECT count(*) AS n FROM quote_dirty'],
];
