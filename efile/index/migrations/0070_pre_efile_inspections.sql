-- Inspections of files (Akteneinsicht) being prepared, and what is proposed to be redacted.

CREATE TABLE efile_inspections (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  akte_id TEXT NOT NULL,
  state TEXT NOT NULL,        -- searching, open, making, waiting, approved, filed
  begun_at_us BIGINT NOT NULL,
  changed_at_us BIGINT NOT NULL,
  touched_at_us BIGINT NOT NULL,
  total BIGINT NOT NULL,
  done BIGINT NOT NULL,
  fault TEXT NOT NULL,
  plan TEXT NOT NULL,         -- JSON: who asks, why, which documents, terms, what is withheld
  report TEXT NOT NULL,       -- JSON: what the proof found
  sha256 TEXT NOT NULL,       -- of the copy that waits for the second person
  approver TEXT NOT NULL,
  approved_at_us BIGINT NOT NULL,
  document_id TEXT NOT NULL,  -- the copy in the file
  PRIMARY KEY (tenant, id)
);
CREATE INDEX efile_inspections_by_file ON efile_inspections (tenant, akte_id, begun_at_us);

CREATE TABLE efile_inspection_marks (
  tenant TEXT NOT NULL,
  inspection_id TEXT NOT NULL,
  akte_id TEXT NOT NULL,
  id TEXT NOT NULL,
  document_id TEXT NOT NULL,
  page BIGINT NOT NULL,
  term TEXT NOT NULL,         -- empty: a place chosen by hand
  boxes TEXT NOT NULL,        -- JSON: fractions of the page
  ground TEXT NOT NULL,
  state TEXT NOT NULL,        -- open, redact, keep
  source TEXT NOT NULL,       -- search, hand, proof
  actor TEXT NOT NULL,
  PRIMARY KEY (tenant, inspection_id, id)
);
CREATE INDEX efile_inspection_marks_by_file ON efile_inspection_marks (tenant, akte_id);
