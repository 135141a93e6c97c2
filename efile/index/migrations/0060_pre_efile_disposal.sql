-- Files that were destroyed and documents taken out of a wrong file, runs that propose it and
-- people who decided them. A row of efile_destroyed is a copy of a tombstone in storage; while
-- it is marked, something of what it names may still lie there.

CREATE TABLE efile_destroyed (
  tenant TEXT NOT NULL,
  akte_id TEXT NOT NULL,
  document_id TEXT NOT NULL,   -- empty: the whole file
  run TEXT NOT NULL,
  tombstone TEXT NOT NULL,     -- as it lies in storage
  leaf TEXT NOT NULL,          -- of the tombstone in the log, hex
  work TEXT NOT NULL,          -- JSON: what is still to be taken out of objects others share
  state TEXT NOT NULL,         -- marked, done
  kept BIGINT NOT NULL,        -- sealed versions the storage does not give up, without their key
  marked_at_us BIGINT NOT NULL,
  again_at_us BIGINT NOT NULL, -- not before, after a fault
  done_at_us BIGINT,
  fault TEXT NOT NULL,         -- code of what hinders clearing
  PRIMARY KEY (tenant, akte_id, document_id)
);
CREATE INDEX efile_destroyed_marked ON efile_destroyed (again_at_us) WHERE state = 'marked';
CREATE INDEX efile_destroyed_by_run ON efile_destroyed (tenant, run);

CREATE TABLE efile_disposal_runs (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  purpose TEXT NOT NULL,       -- retention, misfiling
  state TEXT NOT NULL,         -- proposed, approved, declined, done
  reason TEXT NOT NULL,
  proposed_by TEXT NOT NULL,
  proposed_at_us BIGINT NOT NULL,
  decided_by TEXT NOT NULL,
  decided_at_us BIGINT NOT NULL,
  decision TEXT NOT NULL,      -- why it was declined
  certificate TEXT NOT NULL,
  done_at_us BIGINT,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX efile_disposal_runs_approved ON efile_disposal_runs (decided_at_us)
  WHERE state = 'approved';

CREATE TABLE efile_disposal_items (
  tenant TEXT NOT NULL,
  run TEXT NOT NULL,
  akte_id TEXT NOT NULL,
  document_id TEXT NOT NULL,   -- empty: the whole file
  aktenzeichen TEXT NOT NULL,  -- empty once it is destroyed, like what follows
  reason TEXT NOT NULL,
  target TEXT NOT NULL,        -- file a document is moved to
  documents BIGINT NOT NULL,
  changed_at_us BIGINT NOT NULL,  -- as it was when it was proposed
  state TEXT NOT NULL,         -- listed, destroyed, kept
  why TEXT NOT NULL,           -- it was kept, German
  PRIMARY KEY (tenant, run, akte_id, document_id)
);
CREATE INDEX efile_disposal_items_by_akte ON efile_disposal_items (tenant, akte_id);
