-- Signed checkpoints of the journal, and the keys they are signed with.

CREATE TABLE signing_key (
  id             TEXT   PRIMARY KEY,           -- digest of the public key
  public         TEXT   NOT NULL,              -- Ed25519, 32 bytes in hex
  private_key_id TEXT   NOT NULL REFERENCES private_key (id),
  made_us        BIGINT NOT NULL,
  made_by        TEXT   NOT NULL,
  retired_us     BIGINT
);

-- What a signature covers: a run of a tenant's entries up to its head at that time.
CREATE TABLE checkpoint (
  tenant    TEXT   NOT NULL,
  number    BIGINT NOT NULL,                   -- from 1 without gap, per tenant
  first_seq BIGINT NOT NULL,                   -- behind the checkpoint before
  seq       BIGINT NOT NULL,
  head      TEXT   NOT NULL,                   -- hash of the entry with that number
  root      TEXT   NOT NULL,                   -- Merkle root over the hashes of the run
  at_us     BIGINT NOT NULL,
  previous  TEXT   NOT NULL,                   -- digest of the checkpoint before
  key_id    TEXT   NOT NULL REFERENCES signing_key (id),
  signature TEXT   NOT NULL,                   -- Ed25519, in hex
  PRIMARY KEY (tenant, number)
);
CREATE UNIQUE INDEX checkpoint_seq ON checkpoint (tenant, seq);

-- Payloads of finished messages are removed by age; what was removed stays known by its digest.
CREATE INDEX payload_age ON payload (kept_us, tenant, sha256);
CREATE TABLE payload_removed (
  tenant     TEXT   NOT NULL,
  sha256     TEXT   NOT NULL,
  size       BIGINT NOT NULL,
  kept_us    BIGINT NOT NULL,
  removed_us BIGINT NOT NULL,
  file_left  INTEGER NOT NULL,                 -- 1: its file has still to be removed
  PRIMARY KEY (tenant, sha256, removed_us)
);
CREATE INDEX payload_file_left ON payload_removed (removed_us) WHERE file_left = 1;

-- Cases whose payloads must stay, whatever their age.
CREATE TABLE retention_hold (
  tenant   TEXT   NOT NULL,
  case_key TEXT   NOT NULL,
  reason   TEXT   NOT NULL,
  actor    TEXT   NOT NULL,
  made_us  BIGINT NOT NULL,
  ended_us BIGINT,
  ended_by TEXT,
  PRIMARY KEY (tenant, case_key, made_us)
);
CREATE UNIQUE INDEX retention_hold_open ON retention_hold (tenant, case_key)
  WHERE ended_us IS NULL;
