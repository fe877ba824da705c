-- A plain database of an archive, for Python, R, Datasette: the output of `npm run export` as tables.
-- Needs SQLite 3.9 or later with FTS5. Times are RFC 3339, UTC. docs/EXPORT.md describes all fields.

CREATE TABLE message (              -- export kind messages; `msgid` is not unique: another mail may have the same
  id             INTEGER PRIMARY KEY, -- 1, 2, ... by msgid
  msgid          TEXT NOT NULL,
  subject        TEXT NOT NULL,
  author_name    TEXT NOT NULL,     -- with author_address: one identity
  author_address TEXT NOT NULL,
  sent_at        TEXT NOT NULL,
  received_at    TEXT,
  in_reply_to    TEXT,
  parent         TEXT,              -- msgid
  thread         TEXT NOT NULL,     -- thread.root
  own            TEXT NOT NULL,     -- the author's own words
  quoted         TEXT NOT NULL,     -- quoted lines, with their marks
  diff           TEXT NOT NULL,     -- lines of diffs
  apart          TEXT NOT NULL      -- attributions, signatures, trailers, diffstats, logs
);
CREATE TABLE message_list (         -- which lists carried it
  message INTEGER NOT NULL REFERENCES message(id),
  list    TEXT NOT NULL,
  PRIMARY KEY (message, list)
);
CREATE TABLE message_reference (
  message  INTEGER NOT NULL REFERENCES message(id),
  position INTEGER NOT NULL,
  msgid    TEXT NOT NULL,
  PRIMARY KEY (message, position)
);
CREATE TABLE thread (
  root         TEXT NOT NULL,       -- msgid of its first mail, in the archive or not
  messages     INTEGER NOT NULL,
  participants INTEGER NOT NULL,
  first_at     TEXT NOT NULL,
  last_at      TEXT NOT NULL
);
CREATE TABLE thread_message (
  root     TEXT NOT NULL,
  position INTEGER NOT NULL,        -- in display order, from 0
  msgid    TEXT NOT NULL
);
CREATE TABLE series (
  id             INTEGER PRIMARY KEY,
  title          TEXT NOT NULL,
  author_name    TEXT NOT NULL,
  author_address TEXT NOT NULL,
  change_id      TEXT,
  status         TEXT NOT NULL,     -- docs/STATES.md
  verdict_by     TEXT,              -- the mail that proves the status: its author's address,
  verdict_msgid  TEXT,              -- msgid,
  verdict_line   INTEGER,           -- line of the displayed text, from 0,
  verdict_at     TEXT,              -- and time
  outcome_unknown TEXT              -- why perhaps no mail will ever report its outcome
);
CREATE TABLE revision (             -- a posted version of a series
  series   INTEGER NOT NULL REFERENCES series(id),
  nth      INTEGER NOT NULL,        -- 0, 1, ... by time
  number   INTEGER NOT NULL,        -- 3 for [PATCH v3 2/5]
  prefixes TEXT NOT NULL,           -- words in the subject's brackets, separated by spaces
  cover    TEXT,                    -- msgid of 0/n
  sent_at  TEXT NOT NULL,
  resend   INTEGER NOT NULL,
  PRIMARY KEY (series, nth)
);
CREATE TABLE patch (
  series   INTEGER NOT NULL REFERENCES series(id),
  nth      INTEGER NOT NULL,        -- revision.nth
  position INTEGER,
  total    INTEGER,
  msgid    TEXT NOT NULL,
  patch_id TEXT                     -- git patch-id --stable
);
CREATE TABLE applied (              -- what happened to a patch, with the evidence
  series   INTEGER NOT NULL REFERENCES series(id),
  patch    TEXT NOT NULL,           -- msgid
  oid      TEXT,                    -- commit
  tree     TEXT,
  evidence TEXT NOT NULL,           -- msgid, or 'commit'
  kind     TEXT NOT NULL,
  source   TEXT NOT NULL,
  how      TEXT NOT NULL
);
CREATE TABLE objection (
  series   INTEGER NOT NULL REFERENCES series(id),
  "by"     TEXT NOT NULL,           -- address
  msgid    TEXT NOT NULL,
  line     INTEGER NOT NULL,
  answered INTEGER NOT NULL
);
CREATE TABLE trailer (
  msgid     TEXT NOT NULL,          -- the mail that has it
  patch     TEXT NOT NULL,          -- msgid of the patch that it applies to
  key       TEXT NOT NULL,
  name      TEXT NOT NULL,
  address   TEXT NOT NULL,
  value     TEXT,                   -- the value of a trailer that names nobody
  given_in  TEXT NOT NULL,          -- msgid
  for_other INTEGER NOT NULL        -- 1: the sender of given_in is not the person named
);
CREATE TABLE person (
  id   TEXT PRIMARY KEY,
  name TEXT NOT NULL
);
CREATE TABLE identity (
  person   TEXT NOT NULL REFERENCES person(id),
  name     TEXT NOT NULL,
  address  TEXT NOT NULL,
  messages INTEGER NOT NULL
);
CREATE TABLE topic (
  slug  TEXT NOT NULL,
  msgid TEXT NOT NULL
);
CREATE TABLE topic_system (
  slug   TEXT NOT NULL,
  msgid  TEXT NOT NULL,
  system TEXT NOT NULL
);
CREATE TABLE mm_release (           -- an announcement of the -mm tree
  msgid   TEXT NOT NULL,
  release TEXT NOT NULL,
  sent_at TEXT NOT NULL
);
CREATE TABLE mm_entry (
  release_msgid TEXT NOT NULL,
  kind          TEXT NOT NULL,      -- 'added', 'dropped' or 'merged'
  file          TEXT NOT NULL
);
CREATE TABLE mm_remark (
  release_msgid TEXT NOT NULL,
  subject       TEXT NOT NULL,
  text          TEXT NOT NULL
);
