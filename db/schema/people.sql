-- People: identities joined into persons at the end of an ingest (ingest/people), if anybody wrote or lost a mail.

CREATE TABLE person (
  id   INTEGER PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,        -- the name in URLs
  name TEXT NOT NULL,               -- the full name used in most mails
  kind TEXT NOT NULL                -- 'person' | 'bot' | 'role': a shared address, or a list
);

CREATE TABLE person_join (          -- why an identity belongs to its person
  identity_id INTEGER PRIMARY KEY REFERENCES identity(id),
  reason      TEXT NOT NULL         -- ingest/people/join.ts JoinReason
);
CREATE TABLE person_moved (         -- earlier slugs of pages, with an identity of the person
  slug        TEXT PRIMARY KEY,
  identity_id INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE person_like (          -- other persons with the same name, without proof that they are one
  person_id INTEGER NOT NULL,
  other_id  INTEGER NOT NULL,
  reason    TEXT NOT NULL,
  PRIMARY KEY (person_id, other_id)
) WITHOUT ROWID;

CREATE TABLE person_tie (           -- what mails prove about two addresses with the same full name (ingest/people/ties.ts)
  kind  TEXT NOT NULL,              -- 'signed': days on which a's mails have b in a trailer; 'shared': threads in which both write
  a     TEXT NOT NULL,
  b     TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (kind, a, b)
) WITHOUT ROWID;

CREATE TABLE dirty_author (         -- identities that wrote or lost a mail since persons were joined
  identity_id INTEGER PRIMARY KEY
);
CREATE TRIGGER message_written AFTER INSERT ON message BEGIN
  INSERT OR IGNORE INTO dirty_author VALUES (new.author_id);
END;
CREATE TRIGGER message_gone AFTER DELETE ON message BEGIN
  INSERT OR IGNORE INTO dirty_author VALUES (old.author_id);
END;

-- By these, ingest finds the identities and names that new mails affect (ingest/pipeline/affected.ts).
CREATE TABLE person_key (   -- what identities share that may be joined (ingest/people/keys.ts)
  key         TEXT NOT NULL,
  identity_id INTEGER NOT NULL,
  PRIMARY KEY (key, identity_id)
) WITHOUT ROWID;
CREATE TABLE person_word (  -- full names of persons, by each of their words (ingest/people/rarity.ts)
  word TEXT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (word, name)
) WITHOUT ROWID;

CREATE INDEX identity_person ON identity (person_id);

CREATE TABLE mailmap (              -- from --mailmap FILE (gitmailmap(5)); kept for later runs
  old_address TEXT NOT NULL,
  old_name    TEXT NOT NULL,        -- '' if the line names none
  address     TEXT NOT NULL,
  PRIMARY KEY (old_address, old_name)
) WITHOUT ROWID;
