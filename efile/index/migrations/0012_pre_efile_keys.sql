-- The data key of each file, wrapped under a key that lies elsewhere: a copy of storage. The row
-- decides which key is a file's when two nodes draw one at the same time.

CREATE TABLE efile_keys (
  tenant TEXT NOT NULL,
  akte_id TEXT NOT NULL,
  key_id TEXT NOT NULL,
  kek_id TEXT NOT NULL,
  wrapped TEXT NOT NULL,
  PRIMARY KEY (tenant, akte_id)
);
