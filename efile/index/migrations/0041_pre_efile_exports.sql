-- Exports under way or waiting to be fetched; what they made lies in storage for a day.

CREATE TABLE efile_exports (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  akte_id TEXT NOT NULL,
  actor TEXT NOT NULL,
  begun_at_us BIGINT NOT NULL,
  touched_at_us BIGINT NOT NULL,
  total BIGINT NOT NULL,
  done BIGINT NOT NULL,
  state TEXT NOT NULL,
  fault TEXT NOT NULL,
  volumes TEXT NOT NULL,      -- JSON: first leaf, last leaf, bytes, documents not shown
  PRIMARY KEY (tenant, id)
);
CREATE INDEX efile_exports_by_age ON efile_exports (begun_at_us);
