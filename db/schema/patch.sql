-- Patches: facts of single mails (patch, trailer, claim, mm_*), written while they are read, and the results of linking
-- (revision, series, patch_reply, outcome), which can be computed again from the facts at any time.

CREATE TABLE patch (                -- a mail with a diff that is not quoted, a cover letter, or a script's notice
  message_id  INTEGER PRIMARY KEY REFERENCES message(id),
  kind        INTEGER NOT NULL,     -- patch/kinds.ts PATCH_KIND
  revision    INTEGER NOT NULL,     -- from the subject: 3 for [PATCH v3 2/5], 1 if it names none
  part        TEXT,                 -- '.1' of v5.1
  position    INTEGER,              -- n of n/m
  total       INTEGER,
  marks       INTEGER NOT NULL,     -- patch/kinds.ts MARK: rfc, resend, autosel, signed
  stable      TEXT,                 -- '5.4' for [PATCH 5.4 1/9]
  title_key   INTEGER NOT NULL,     -- patch/fingerprint.ts textKey of the title without brackets, folded
  author_key  INTEGER NOT NULL,     -- the same for the author's name, else the address
  patch_id    TEXT,                 -- git patch-id --stable, hex
  print       TEXT,                 -- patch/fingerprint.ts fingerprint of the changed lines, base64
  files       TEXT,                 -- changed paths, one per line
  added       INTEGER, removed INTEGER, -- lines
  change_id   TEXT,                 -- X-Change-ID, or change-id: in b4's footer
  base_commit TEXT,                 -- base-commit: in git's footer
  addressee   TEXT,                 -- patch/addressee.ts: the person to whom it is sent, by name, else address; for patches and cover letters
  earlier     TEXT,                 -- msgids that the mail names as its earlier versions, one per line
  revision_id INTEGER               -- set by linking
);
CREATE INDEX patch_title ON patch (title_key);
CREATE INDEX patch_author ON patch (author_key);
CREATE INDEX patch_revision ON patch (revision_id) WHERE revision_id IS NOT NULL;
CREATE INDEX patch_patch_id ON patch (patch_id) WHERE patch_id IS NOT NULL;
CREATE INDEX patch_change ON patch (change_id) WHERE change_id IS NOT NULL;

CREATE TABLE patch_file (           -- the patches that change a file; made from patch.files by linking
  file       INTEGER NOT NULL,      -- textKey of the path
  message_id INTEGER NOT NULL,
  PRIMARY KEY (file, message_id)
) WITHOUT ROWID;
CREATE INDEX patch_file_message ON patch_file (message_id);

CREATE TABLE trailer (              -- trailers in a mail's own words, in patches and replies; without Cc:, which is in the header
  message_id INTEGER NOT NULL,
  line       INTEGER NOT NULL,      -- of the displayed text
  key        TEXT NOT NULL,         -- usual spelling: 'Reviewed-by', 'Fixes'
  name       TEXT NOT NULL,         -- the person named, or ''
  address    TEXT NOT NULL,
  value      TEXT,                  -- the value of a trailer that names nobody
  PRIMARY KEY (message_id, line)
) WITHOUT ROWID;
-- reviewed-by:NAME reads the part for this key. Sign-offs, four of five trailers, are searched in the text.
CREATE INDEX trailer_given ON trailer (key, address, name) WHERE key <> 'Signed-off-by';

CREATE TABLE claim (                -- a mail's statement about what happened to a patch
  message_id INTEGER NOT NULL,
  line       INTEGER NOT NULL,
  nth        INTEGER NOT NULL,
  kind       INTEGER NOT NULL,      -- patch/kinds.ts CLAIM
  source     INTEGER NOT NULL,      -- patch/kinds.ts CLAIM_SOURCE
  msgid      TEXT,                  -- the patch that it names,
  title      TEXT,                  -- or its title (for words: which patches of the series: 'all', '1-5'),
  title_key  INTEGER,
  oid        TEXT,                  -- commit, 12 to 40 hex digits
  tree       TEXT,
  speaker    INTEGER NOT NULL,      -- the mail's author, in the form of patch.author_key
  PRIMARY KEY (message_id, line, nth)
) WITHOUT ROWID;
CREATE INDEX claim_title ON claim (title_key) WHERE title_key IS NOT NULL;
CREATE INDEX claim_msgid ON claim (msgid) WHERE msgid IS NOT NULL;
-- For finding people who keep a tree: those who said that they took patches (CLAIM applied and queued in patch/kinds.ts).
CREATE INDEX claim_speaker ON claim (speaker, message_id) WHERE kind IN (1,12);

CREATE TABLE patch_dirty (          -- mails stored since patches were last linked; empty after a finished ingest
  message_id INTEGER PRIMARY KEY
);

CREATE TABLE patch_reply (          -- the patch or cover letter that a mail is about: the nearest one above it
  message_id INTEGER PRIMARY KEY,
  patch_id   INTEGER NOT NULL       -- message.id of the patch
);
CREATE INDEX patch_reply_patch ON patch_reply (patch_id);

CREATE TABLE revision (             -- a posted version of a series
  id         INTEGER PRIMARY KEY,   -- smallest message.id of its mails
  series_id  INTEGER NOT NULL,
  number     INTEGER NOT NULL,      -- v3
  part       TEXT,
  resend     INTEGER NOT NULL,      -- 1: sent again unchanged
  cover_id   INTEGER,               -- message.id of 0/n
  total      INTEGER,
  previous   INTEGER,               -- the revision that it follows,
  link       TEXT,                  -- how they were linked (LinkKind in patch/kinds.ts),
  likeness   REAL                   -- and how similar their changes are, 0 to 1
);
CREATE INDEX revision_series ON revision (series_id);

CREATE TABLE series (               -- a work with all its versions
  id         INTEGER PRIMARY KEY,   -- id of its first revision
  title      TEXT NOT NULL,         -- of its newest revision
  author_id  INTEGER NOT NULL,      -- identity of the newest revision's author
  change_id  TEXT,
  revisions  INTEGER NOT NULL,      -- without resends
  patches    INTEGER NOT NULL,      -- of the newest revision
  stable     TEXT,
  first_id   INTEGER NOT NULL,      -- first and newest mail of the series itself,
  posted_id  INTEGER NOT NULL,      -- first mail of the newest revision,
  last_id    INTEGER NOT NULL,      -- newest mail about it, replies included
  replies    INTEGER NOT NULL,      -- by other people to the newest revision, without robots
  reviewed   INTEGER NOT NULL,      -- patches of the newest revision that somebody approves
  applied    INTEGER NOT NULL,      -- patches of any revision that were applied, according to a mail or commit
  status     TEXT NOT NULL,         -- patch/state.ts; the part that depends on time is computed from the lists (db/queries/status.ts)
  waiting    INTEGER NOT NULL,      -- 1: an answer is expected, for some time
  addressee  TEXT,                  -- from whom: patch.addressee of its newest revision
  keeper     INTEGER NOT NULL,      -- 1: its author keeps a tree and may have applied it without a mail
  proof_id   INTEGER,               -- message.id of the mail that proves the status; below, its line
  proof_line INTEGER
);
CREATE TABLE objection (            -- refusals and requests for changes
  series_id   INTEGER NOT NULL,
  evidence_id INTEGER NOT NULL,     -- message.id of the mail
  line        INTEGER NOT NULL,
  answered    INTEGER NOT NULL,     -- 1: a newer version was posted, or the same person approves it now
  PRIMARY KEY (series_id, evidence_id, line)
) WITHOUT ROWID;
-- For the few rows whose lines an ingest must still find (findAskedLines in db/write/series.ts).
CREATE INDEX objection_unknown ON objection (line) WHERE line = -1;
CREATE INDEX series_unknown ON series (proof_line) WHERE proof_line = -1;
CREATE INDEX series_posted ON series (posted_id);
CREATE INDEX series_status ON series (status, posted_id);
CREATE INDEX series_author ON series (author_id);

CREATE TABLE outcome (              -- what happened to a patch, with the evidence
  patch_id    INTEGER NOT NULL,     -- message.id of the patch, or of a cover letter or pull request
  evidence_id INTEGER NOT NULL,     -- message.id of the mail with the evidence; 0: a commit
  line        INTEGER NOT NULL,
  kind        INTEGER NOT NULL,     -- patch/kinds.ts CLAIM
  source      INTEGER NOT NULL,
  how         TEXT NOT NULL,        -- how the evidence was matched to the patch: 'link', 'reply', 'title', 'patch id', ...
  oid         TEXT NOT NULL,        -- '' if none is named
  tree        TEXT,
  doubted     INTEGER NOT NULL DEFAULT 0, -- 1: the statement of somebody who is not known to be able to do it
  PRIMARY KEY (patch_id, evidence_id, kind, oid)
) WITHOUT ROWID;
CREATE INDEX outcome_evidence ON outcome (evidence_id);

CREATE TABLE mm_release (           -- an announcement of the -mm tree
  message_id INTEGER PRIMARY KEY,
  name       TEXT NOT NULL,         -- '2.6.9-mm1'
  previous   TEXT,                  -- from "Changes since 2.6.9-rc4-mm1:"
  patches    INTEGER,               -- from "number of patches in -mm: N", else from "All N patches:"
  location   TEXT                   -- its location, from the mail
);
CREATE INDEX mm_release_name ON mm_release (name);

CREATE TABLE mm_remark (            -- the announcement's remarks, by subject
  message_id INTEGER NOT NULL,
  position   INTEGER NOT NULL,
  subject    TEXT NOT NULL,         -- '' for a remark without one
  text       TEXT NOT NULL,
  unmerged   INTEGER NOT NULL,      -- 1: below "Status of as-yet-unmerged things"
  line       INTEGER NOT NULL,
  PRIMARY KEY (message_id, position)
) WITHOUT ROWID;

CREATE TABLE mm_entry (             -- a line of a changelog or of the list of all patches; or an mm-commits mail
  message_id INTEGER NOT NULL,
  position   INTEGER NOT NULL,
  kind       TEXT NOT NULL,         -- 'added' | 'dropped' | 'kept' in the changelog, 'all' in the list, 'note': a line of text
  file       TEXT NOT NULL,         -- 'x.patch'; '' for a note
  title      TEXT,                  -- from the list of all patches, or from the mail
  note       TEXT,                  -- the announcement's text about its group; the reason for a removal
  line       INTEGER NOT NULL,
  PRIMARY KEY (message_id, position)
) WITHOUT ROWID;
CREATE INDEX mm_entry_file ON mm_entry (file);

CREATE TABLE patch_commit (         -- commits in a repository given with --commits that match a patch
  oid       TEXT PRIMARY KEY,
  tree      TEXT NOT NULL,          -- the repository's name
  patch_id  INTEGER NOT NULL,       -- message.id of the patch
  how       TEXT NOT NULL           -- 'link', 'patch id', 'author, subject and date'
) WITHOUT ROWID;
