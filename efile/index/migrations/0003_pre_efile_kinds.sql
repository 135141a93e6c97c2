-- File kinds, what documents say of retention, and the numbers of new files. Files that are
-- already there are of the first kind, as their manifests say by naming none.

ALTER TABLE efile_akten ADD COLUMN kind TEXT NOT NULL DEFAULT 'uvg';
ALTER TABLE efile_documents ADD COLUMN kind TEXT NOT NULL DEFAULT 'uvg';
ALTER TABLE efile_documents ADD COLUMN retention TEXT NOT NULL DEFAULT '';
CREATE INDEX efile_documents_by_statement ON efile_documents (tenant, akte_id)
  WHERE retention <> '';

-- A drawn number is never given back. Lost with the index, a series goes on behind the highest
-- number among its files.
CREATE TABLE efile_numbers (
  tenant TEXT NOT NULL,
  series TEXT NOT NULL,
  last BIGINT NOT NULL,
  PRIMARY KEY (tenant, series)
);
