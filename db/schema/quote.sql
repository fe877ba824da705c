-- Quotations: the passages of messages that replies quote, resolved thread by thread (ingest/quote).

CREATE TABLE quote (
  source_id    INTEGER NOT NULL,    -- message.id of the quoted mail
  source_line  INTEGER NOT NULL,    -- first line of the passage in its displayed text, from 0
  source_lines INTEGER NOT NULL,
  message_id   INTEGER NOT NULL,    -- message.id of the quoting mail
  line         INTEGER NOT NULL,    -- first line of the quotation in its displayed text, from 0
  lines        INTEGER NOT NULL,
  answered     INTEGER NOT NULL,    -- 1: own words follow directly below
  PRIMARY KEY (source_id, source_line, message_id, line)
) WITHOUT ROWID;
CREATE INDEX quote_message ON quote (message_id, answered);  -- counts of answered quotations only read this index

CREATE TABLE quote_dirty (thread INTEGER PRIMARY KEY);  -- threads with quotations to be resolved; empty after a finished ingest
