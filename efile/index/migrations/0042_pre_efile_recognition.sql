-- Scans whose words are still to be read. What was read lies in storage; a row is work, not truth.

CREATE TABLE efile_scans (
  tenant TEXT NOT NULL,
  document_id TEXT NOT NULL,
  due_at_us BIGINT NOT NULL,   -- not before; whoever takes it moves it on
  tries BIGINT NOT NULL,
  PRIMARY KEY (tenant, document_id)
);
CREATE INDEX efile_scans_by_time ON efile_scans (due_at_us);
