-- Threadline's database: a cache of mail archives, from which ingest can rebuild it.
-- Comments name the header (RFC), git object or step of ingest that a column comes from.
-- Times are Unix seconds, UTC.

-- message.id encodes time: id = sent_at * 8 + n, where n is the first free number. "Newest first" is "by id, descending"
-- in every table and in the full-text index, and a range of dates is a range of ids (docs/decisions/0002).

CREATE TABLE meta (
  key   TEXT PRIMARY KEY,           -- 'data_version' counts committed changes (ETags), 'changed_at' is when; 'synthetic' is '1' for the sample archive
  value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE list (
  id          INTEGER PRIMARY KEY,
  name        TEXT NOT NULL UNIQUE, -- --list, the inbox directory's name, else the first label of List-Id (RFC 2919)
  list_id     TEXT,                 -- List-Id, inside <>, lower case
  description TEXT,                 -- public-inbox `description`
  messages    INTEGER NOT NULL DEFAULT 0,  -- postings, counted at ingest
  last_number INTEGER NOT NULL DEFAULT 0,  -- highest posting.number ever used: numbers are not reused
  first_at    INTEGER,              -- sent_at of the oldest and newest posting
  last_at     INTEGER,
  synthetic   INTEGER NOT NULL DEFAULT 0   -- 1: made by samples/; every page that shows it says so
);

CREATE TABLE source (
  id       INTEGER PRIMARY KEY,
  kind     TEXT NOT NULL,           -- ingest/read/types.ts SourceKind
  location TEXT NOT NULL,           -- absolute path, URL or '-'
  list_id  INTEGER REFERENCES list(id),
  state    TEXT,                    -- JSON of the last checkpoint: commits or offsets read
  UNIQUE (kind, location)
);

CREATE TABLE source_file (          -- files of Maildir and .eml sources that were read
  source_id INTEGER NOT NULL REFERENCES source(id),
  key       TEXT NOT NULL,
  PRIMARY KEY (source_id, key)
) WITHOUT ROWID;

CREATE TABLE reject (               -- input that contains no mail; kept so that nothing is lost
  id        INTEGER PRIMARY KEY,
  source_id INTEGER NOT NULL REFERENCES source(id),
  place     TEXT NOT NULL,
  reason    TEXT NOT NULL,
  bytes     BLOB NOT NULL
);

CREATE TABLE identity (             -- a pair of display name and address in From:, To: or Cc:
  id        INTEGER PRIMARY KEY,
  name      TEXT NOT NULL,          -- decoded display name, '' if none
  address   TEXT NOT NULL,          -- addr-spec, lower case
  person_id INTEGER,                -- set by ingest/people, like the number of its mails and the times of the first and newest
  messages  INTEGER NOT NULL DEFAULT 0,
  first_at  INTEGER NOT NULL DEFAULT 0,
  last_at   INTEGER NOT NULL DEFAULT 0,
  UNIQUE (address, name)
);

CREATE TABLE block (                -- brotli-compressed runs of neighbouring mails' bytes (docs/decisions/0003)
  id   INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,            -- 0 header bytes, 1 displayed text (UTF-8), 2 raw bodies that differ from the text
  data BLOB NOT NULL,
  sum  BLOB                         -- first 8 bytes of data's SHA-1; null in older databases
);

CREATE TABLE message (
  id          INTEGER PRIMARY KEY,  -- sent_at * 8 + n
  msgid       TEXT NOT NULL,        -- Message-ID without <>; not unique: see imposter
  imposter    INTEGER NOT NULL DEFAULT 0, -- 1: another message with this msgid came first (mail/same.ts)
  subject     TEXT NOT NULL,        -- decoded, unfolded
  author_id   INTEGER NOT NULL REFERENCES identity(id),
  sent_at     INTEGER NOT NULL,     -- Date:, or arrival if date_note is set
  sent_zone   INTEGER,              -- minutes east of UTC
  date_note   TEXT,                 -- 'absent' | 'unreadable' | 'absurd'
  received_at INTEGER,              -- earliest arrival known
  in_reply_to TEXT,                 -- first id of In-Reply-To
  refs        TEXT NOT NULL,        -- References then In-Reply-To, space separated, '' if none
  thread      INTEGER NOT NULL,     -- thread.id
  flags       INTEGER NOT NULL,     -- bits: mail/flags.ts
  lines       INTEGER NOT NULL,     -- of the displayed text
  bytes       INTEGER NOT NULL,     -- of the raw mail
  attachments TEXT,                 -- JSON [{index,name,type,size}], null if none
  notes       TEXT,                 -- JSON [string]: what was cut or repaired
  head_block  INTEGER NOT NULL, head_at INTEGER NOT NULL, head_size INTEGER NOT NULL,
  text_block  INTEGER NOT NULL, text_at INTEGER NOT NULL, text_size INTEGER NOT NULL,
  body_block  INTEGER, body_at INTEGER, body_size INTEGER  -- null if the raw body equals the text
);
CREATE INDEX message_msgid ON message (msgid);
CREATE INDEX message_thread ON message (thread);
CREATE INDEX message_author ON message (author_id, id);

CREATE TABLE posting (              -- a message on a list
  list_id     INTEGER NOT NULL REFERENCES list(id),
  message_id  INTEGER NOT NULL REFERENCES message(id),
  source_id   INTEGER NOT NULL REFERENCES source(id),  -- the last source with this blob
  epoch       INTEGER,              -- public-inbox v2 segment
  oid         BLOB,                 -- git blob
  received_at INTEGER,              -- committer date, From_ line, or newest Received:
  number      INTEGER NOT NULL,     -- article number (RFC 3977, 6): the order of arrival on the list; never changes
  PRIMARY KEY (list_id, message_id)
) WITHOUT ROWID;
CREATE INDEX posting_message ON posting (message_id);
CREATE UNIQUE INDEX posting_number ON posting (list_id, number);

CREATE TABLE ghost (                -- referenced, never seen
  msgid  TEXT PRIMARY KEY,
  thread INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX ghost_thread ON ghost (thread);

CREATE TABLE thread (
  id           INTEGER PRIMARY KEY, -- smallest id among its messages when it was created
  root         TEXT NOT NULL,       -- msgid of the first message in display order, or of the ghost above it
  subject      TEXT NOT NULL,       -- of its first message
  first_id     INTEGER NOT NULL,    -- message.id of the oldest message; below, of the newest
  last_id      INTEGER NOT NULL,
  messages     INTEGER NOT NULL,
  participants INTEGER NOT NULL,    -- distinct author addresses
  author_id    INTEGER NOT NULL     -- identity of the first message
);
CREATE INDEX thread_last ON thread (last_id);

CREATE TABLE thread_list (          -- lists that carried a thread; the index gives them newest first
  list_id INTEGER NOT NULL,
  last_id INTEGER NOT NULL,         -- newest message of the thread on that list
  thread  INTEGER NOT NULL,
  PRIMARY KEY (list_id, last_id, thread)
) WITHOUT ROWID;
CREATE INDEX thread_list_thread ON thread_list (thread);

CREATE TABLE place (                -- display order of a thread, computed at ingest (ingest/thread)
  thread     INTEGER NOT NULL,
  position   INTEGER NOT NULL,      -- 0, 1, ... depth first, siblings by time
  depth      INTEGER NOT NULL,
  parent     INTEGER,               -- position of the parent; null for a root
  message_id INTEGER,               -- null for a ghost
  ghost      TEXT,                  -- the ghost's msgid
  PRIMARY KEY (thread, position)
) WITHOUT ROWID;

CREATE INDEX place_message ON place (message_id);

CREATE TABLE dirty_thread (         -- threads whose place rows must be computed again; empty after a finished ingest
  thread INTEGER PRIMARY KEY
);

CREATE TABLE activity (             -- postings by list and month, counted at ingest
  list_id  INTEGER NOT NULL,
  month    TEXT NOT NULL,           -- 'YYYY-MM', UTC
  messages INTEGER NOT NULL,
  PRIMARY KEY (list_id, month)
) WITHOUT ROWID;

-- Full text. Contentless: only the words, rowid = message.id. Addresses and names are words too, so that
-- f: t: c: are column filters. Own words, quoted words and each side of a diff are separate (nq: q: dfa: dfb: ...).
CREATE VIRTUAL TABLE search USING fts5 (
  subject, author, recipient, copied,   -- Subject, From, To, Cc
  own, aside, quoted,                   -- body lines outside diffs: what the author says; attributions, signatures,
                                        -- trailers, diffstats; and what is quoted
  file, hunk, removed, added, context,  -- of diffs outside quotations: names, @@ context, -, +, blank
  attachment,                           -- file names, and the text of textual attachments
  msgid, list,                          -- Message-ID by its parts, List-Id by its parts
  content = '', contentless_delete = 1, detail = full,
  tokenize = 'porter unicode61 remove_diacritics 2'
);

CREATE TABLE term (                 -- identifiers searched as a whole: blob names of diffs, patch ids, change ids
  kind       INTEGER NOT NULL,      -- query/term.ts: 1 dfpre, 2 dfpost, 3 patchid, 4 changeid, 5 forpatchid
  value      TEXT NOT NULL,
  message_id INTEGER NOT NULL,
  PRIMARY KEY (kind, value, message_id)
) WITHOUT ROWID;
CREATE INDEX term_message ON term (message_id);
