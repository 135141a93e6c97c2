-- Where the latest offer of each file to the archive stands. Made from the notes in the files.

CREATE TABLE efile_offers (
  tenant TEXT NOT NULL,
  akte_id TEXT NOT NULL,
  process TEXT NOT NULL,
  state TEXT NOT NULL,
  offered_at_us BIGINT NOT NULL,
  PRIMARY KEY (tenant, akte_id)
);
CREATE INDEX efile_offers_by_process ON efile_offers (tenant, process);
CREATE INDEX efile_offers_by_time ON efile_offers (tenant, offered_at_us, process);
