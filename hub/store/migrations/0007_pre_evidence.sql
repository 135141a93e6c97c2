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
