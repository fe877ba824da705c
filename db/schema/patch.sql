-- Patches: facts of single mails (patch, trailer, claim, mm_*), written while they are read, and what linking makes of
-- them (revision, series, patch_reply, outcome), which can be made again from the facts at any time.

CREATE TABLE patch (                -- a mail that carries a diff of its own, a cover letter, or a script's notice
  message_id  INTEGER PRIMARY KEY REFERENCES message(id),
  kind        INTEGER NOT NULL,     -- patch/kinds.ts PATCH_KIND
  revision    INTEGER NOT NULL,     -- of the subject: 3 for [PATCH v3 2/5], 1 where it names none
  part        TEXT,                 -- '.1' of v5.1
  position    INTEGER,              -- n of n/m
  total       INTEGER,
  marks       INTEGER NOT NULL,     -- patch/kinds.ts MARK: rfc, resend, autosel, signed
  stable      TEXT,                 -- '5.4' for [PATCH 5.4 1/9]
  title_key   INTEGER NOT NULL,     -- patch/fingerprint.ts textKey of the title without brackets, folded
  author_key  INTEGER NOT NULL,     -- the same of the author's name, else of the address
  patch_id    TEXT,                 -- git patch-id --stable, hex
  print       TEXT,                 -- patch/fingerprint.ts fingerprint of the changed lines, base64
  files       TEXT,                 -- changed paths, one a line
  added       INTEGER, removed INTEGER, -- lines
  change_id   TEXT,                 -- X-Change-ID or the change-id: of b4's footer
  base_commit TEXT,                 -- base-commit: of git's footer
  addressee   TEXT,                 -- patch/addressee.ts: whom it is sent to, by name, else by address; of patches and cover letters
  earlier     TEXT,                 -- msgids that the mail names as its earlier versions, one a line
  revision_id INTEGER               -- set by linking
);
CREATE INDEX patch_title ON patch (title_key);
CREATE INDEX patch_author ON patch (author_key);
CREATE INDEX patch_revision ON patch (revision_id) WHERE revision_id IS NOT NULL;
CREATE INDEX patch_patch_id ON patch (patch_id) WHERE patch_id IS NOT NULL;
CREATE INDEX patch_change ON patch (change_id) WHERE change_id IS NOT NULL;

CREATE TABLE patch_file (           -- which patches touch a file; made by linking from patch.files
  file       INTEGER NOT NULL,      -- textKey of the path
  message_id INTEGER NOT NULL,
  PRIMARY KEY (file, message_id)
) WITHOUT ROWID;
CREATE INDEX patch_file_message ON patch_file (message_id);

CREATE TABLE trailer (              -- in a mail's own words, patches and replies; Cc: is left out (it is in the header)
  message_id INTEGER NOT NULL,
  line       INTEGER NOT NULL,      -- of the displayed text
  key        TEXT NOT NULL,         -- usual spelling: 'Reviewed-by', 'Fixes'
  name       TEXT NOT NULL,         -- who is named; '' where nobody is
  address    TEXT NOT NULL,
  value      TEXT,                  -- of trailers that name nobody
  PRIMARY KEY (message_id, line)
) WITHOUT ROWID;
-- reviewed-by:NAME reads one key's part of it. Signatures, four trailers in five, are asked of the text.
CREATE INDEX trailer_given ON trailer (key, address, name) WHERE key <> 'Signed-off-by';

CREATE TABLE claim (                -- what a mail says became of a patch
  message_id INTEGER NOT NULL,
  line       INTEGER NOT NULL,
  nth        INTEGER NOT NULL,
  kind       INTEGER NOT NULL,      -- patch/kinds.ts CLAIM
  source     INTEGER NOT NULL,      -- patch/kinds.ts CLAIM_SOURCE
  msgid      TEXT,                  -- the patch it names,
  title      TEXT,                  -- or its title (for words: which patches of the series: 'all', '1-5'),
  title_key  INTEGER,
  oid        TEXT,                  -- commit, 12 to 40 hex digits
  tree       TEXT,
  speaker    INTEGER NOT NULL,      -- who says it: the author key of the mail (as patch.author_key)
  PRIMARY KEY (message_id, line, nth)
) WITHOUT ROWID;
CREATE INDEX claim_title ON claim (title_key) WHERE title_key IS NOT NULL;
CREATE INDEX claim_msgid ON claim (msgid) WHERE msgid IS NOT NULL;
-- Who keeps a tree: those who said (patch/kinds.ts CLAIM applied, queued) that they took patches.
CREATE INDEX claim_speaker ON claim (speaker, message_id) WHERE kind IN (1,12);

CREATE TABLE patch_dirty (          -- mails stored since patches were last linked; empty after a finished ingest
  message_id INTEGER PRIMARY KEY
);

CREATE TABLE patch_reply (          -- the patch or cover letter that a mail speaks of: its nearest one upwards
  message_id INTEGER PRIMARY KEY,
  patch_id   INTEGER NOT NULL       -- message.id of the patch
);
CREATE INDEX patch_reply_patch ON patch_reply (patch_id);

CREATE TABLE revision (             -- one posting of a series
  id         INTEGER PRIMARY KEY,   -- smallest message.id of its mails
  series_id  INTEGER NOT NULL,
  number     INTEGER NOT NULL,      -- v3
  part       TEXT,
  resend     INTEGER NOT NULL,      -- 1: sent again unchanged
  cover_id   INTEGER,               -- message.id of 0/n
  total      INTEGER,
  previous   INTEGER,               -- revision that it follows,
  link       TEXT,                  -- what joins them (patch/kinds.ts LinkKind),
  likeness   REAL                   -- and how alike their changes are, 0 to 1
);
CREATE INDEX revision_series ON revision (series_id);

CREATE TABLE series (               -- one piece of work over all its versions
  id         INTEGER PRIMARY KEY,   -- id of its first revision
  title      TEXT NOT NULL,         -- of its newest revision
  author_id  INTEGER NOT NULL,      -- identity of the newest revision's author
  change_id  TEXT,
  revisions  INTEGER NOT NULL,      -- resends not counted
  patches    INTEGER NOT NULL,      -- of the newest revision
  stable     TEXT,
  first_id   INTEGER NOT NULL,      -- first and newest mail of the series itself,
  posted_id  INTEGER NOT NULL,      -- first mail of the newest revision,
  last_id    INTEGER NOT NULL,      -- newest mail about it, replies included
  replies    INTEGER NOT NULL,      -- of other persons, to the newest revision; robots are none
  reviewed   INTEGER NOT NULL,      -- patches of the newest revision that someone stands for
  applied    INTEGER NOT NULL,      -- patches of any revision of which a mail or commit says so
  status     TEXT NOT NULL,         -- patch/state.ts; what depends on time is asked of the lists (db/queries/status.ts)
  waiting    INTEGER NOT NULL,      -- 1: somebody's answer is waited for, as long as the list is young
  addressee  TEXT,                  -- whose: patch.addressee of its newest revision
  keeper     INTEGER NOT NULL,      -- 1: its author keeps a tree, and may have applied it without a mail
  proof_id   INTEGER,               -- message.id of the mail that proves the status, and the line
  proof_line INTEGER
);
CREATE TABLE objection (            -- who refused a version or asked for a change
  series_id   INTEGER NOT NULL,
  evidence_id INTEGER NOT NULL,     -- message.id of the mail
  line        INTEGER NOT NULL,
  answered    INTEGER NOT NULL,     -- 1: a newer version came, or the same person stands for it now
  PRIMARY KEY (series_id, evidence_id, line)
) WITHOUT ROWID;
-- What an ingest leaves to be found (db/write/series.ts findAskedLines): a few rows, which it finds without reading all.
CREATE INDEX objection_unknown ON objection (line) WHERE line = -1;
CREATE INDEX series_unknown ON series (proof_line) WHERE proof_line = -1;
CREATE INDEX series_posted ON series (posted_id);
CREATE INDEX series_status ON series (status, posted_id);
CREATE INDEX series_author ON series (author_id);

CREATE TABLE outcome (              -- what became of a patch, with the evidence
  patch_id    INTEGER NOT NULL,     -- message.id of the patch, or of a cover letter or pull request
  evidence_id INTEGER NOT NULL,     -- message.id of the mail that says so; 0: a commit
  line        INTEGER NOT NULL,
  kind        INTEGER NOT NULL,     -- patch/kinds.ts CLAIM
  source      INTEGER NOT NULL,
  how         TEXT NOT NULL,        -- how the evidence was joined to the patch: 'link', 'reply', 'title', 'patch id', ...
  oid         TEXT NOT NULL,        -- '' where none is named
  tree        TEXT,
  doubted     INTEGER NOT NULL DEFAULT 0, -- 1: said by somebody who is not known to be able to do it
  PRIMARY KEY (patch_id, evidence_id, kind, oid)
) WITHOUT ROWID;
CREATE INDEX outcome_evidence ON outcome (evidence_id);

CREATE TABLE mm_release (           -- an announcement of the -mm tree
  message_id INTEGER PRIMARY KEY,
  name       TEXT NOT NULL,         -- '2.6.9-mm1'
  previous   TEXT,                  -- of "Changes since 2.6.9-rc4-mm1:"
  patches    INTEGER,               -- of "number of patches in -mm: N", else of "All N patches:"
  location   TEXT                   -- where it lies, as the mail says
);
CREATE INDEX mm_release_name ON mm_release (name);

CREATE TABLE mm_remark (            -- what the announcement says of things, subject by subject
  message_id INTEGER NOT NULL,
  position   INTEGER NOT NULL,
  subject    TEXT NOT NULL,         -- '' for a remark without one
  text       TEXT NOT NULL,
  unmerged   INTEGER NOT NULL,      -- 1: below "Status of as-yet-unmerged things"
  line       INTEGER NOT NULL,
  PRIMARY KEY (message_id, position)
) WITHOUT ROWID;

CREATE TABLE mm_entry (             -- one line of a changelog, or of the list of all patches; or one mm-commits mail
  message_id INTEGER NOT NULL,
  position   INTEGER NOT NULL,
  kind       TEXT NOT NULL,         -- 'added' | 'dropped' | 'kept' of the changelog, 'all' of the list, 'note': a line of text
  file       TEXT NOT NULL,         -- 'x.patch'; '' for a note
  title      TEXT,                  -- of the list of all patches, or of the mail
  note       TEXT,                  -- what the announcement says of its group; the reason of a removal
  line       INTEGER NOT NULL,
  PRIMARY KEY (message_id, position)
) WITHOUT ROWID;
CREATE INDEX mm_entry_file ON mm_entry (file);

CREATE TABLE patch_commit (         -- commits of a repository given with --commits that match a patch here
  oid       TEXT PRIMARY KEY,
  tree      TEXT NOT NULL,          -- the repository's name
  patch_id  INTEGER NOT NULL,       -- message.id of the patch
  how       TEXT NOT NULL           -- 'link', 'patch id', 'author, subject and date'
) WITHOUT ROWID;
