-- Closed years leave the journal into archives. What remains is one row per archive: the end the
-- live chain begins behind, the digest of what was taken out, and our signature under both.
CREATE TABLE journal_archive (
  tenant            TEXT   NOT NULL,
  seq               BIGINT NOT NULL,           -- last entry in the archive
  first_seq         BIGINT NOT NULL,           -- behind the archive before
  name              TEXT   NOT NULL,           -- of the archive; its file is name.jsonl.gz
  previous          TEXT   NOT NULL,           -- hash of the entry before the first
  hash              TEXT   NOT NULL,           -- hash of the last entry
  digest            TEXT   NOT NULL,           -- SHA-256 over the lines of the archive before its seal
  checkpoint        BIGINT NOT NULL,           -- number of the last checkpoint in it
  checkpoint_digest TEXT   NOT NULL,
  states            TEXT   NOT NULL,           -- JSON: by how much each state of messages grew or shrank
  from_us           BIGINT NOT NULL,           -- time of the first entry
  until_us          BIGINT NOT NULL,           -- time of the last entry
  made_us           BIGINT NOT NULL,
  key_id            TEXT   NOT NULL REFERENCES signing_key (id),
  signature         TEXT   NOT NULL,
  PRIMARY KEY (tenant, seq)
);
