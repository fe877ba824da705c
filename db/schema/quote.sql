-- Quotations: which passage of a message a reply quotes, resolved thread by thread (ingest/quote).

CREATE TABLE quote (
  source_id    INTEGER NOT NULL,    -- message.id of the mail quoted
  source_line  INTEGER NOT NULL,    -- first line of the passage in its displayed text, from 0
  source_lines INTEGER NOT NULL,
  message_id   INTEGER NOT NULL,    -- message.id of the mail that quotes
  line         INTEGER NOT NULL,    -- first line of the quotation in its displayed text, from 0
  lines        INTEGER NOT NULL,
  answered     INTEGER NOT NULL,    -- 1: own words follow right below
  PRIMARY KEY (source_id, source_line, message_id, line)
) WITHOUT ROWID;
CREATE INDEX quote_message ON quote (message_id, answered);  -- counts of what was answered read this alone

CREATE TABLE quote_dirty (thread INTEGER PRIMARY KEY);  -- threads whose quotations are to be resolved; empty after a finished ingest
