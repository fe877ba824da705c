-- People: identities joined into persons at the end of an ingest (ingest/people); made again whenever an identity is new.

CREATE TABLE person (
  id   INTEGER PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,        -- stands in addresses
  name TEXT NOT NULL,               -- the full name that wrote most mails
  kind TEXT NOT NULL                -- 'person' | 'bot' | 'role': an address that many write from, or a list
);

CREATE TABLE person_join (          -- why an identity belongs to its person
  identity_id INTEGER PRIMARY KEY REFERENCES identity(id),
  reason      TEXT NOT NULL         -- ingest/people/join.ts JoinReason
);
CREATE INDEX identity_person ON identity (person_id);

CREATE TABLE mailmap (              -- of --mailmap FILE (gitmailmap(5)); kept, so that later runs go on using it
  old_address TEXT NOT NULL,
  old_name    TEXT NOT NULL,        -- '' where the line names none
  address     TEXT NOT NULL,
  PRIMARY KEY (old_address, old_name)
) WITHOUT ROWID;
