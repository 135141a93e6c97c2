-- Who is let through to guarded files and documents, and who is responsible for files. Both are
-- made from the notes in the files; without a row nothing is guarded.

CREATE TABLE efile_guards (
  tenant TEXT NOT NULL,
  akte_id TEXT NOT NULL,
  document_id TEXT NOT NULL,  -- empty: the whole file
  who TEXT NOT NULL,          -- empty: there is a guard; p:, u: and b: names are let through
  PRIMARY KEY (tenant, akte_id, document_id, who)
);

CREATE TABLE efile_competence (
  tenant TEXT NOT NULL,
  akte_id TEXT NOT NULL,
  who TEXT NOT NULL,          -- p:login or u:unit
  PRIMARY KEY (tenant, akte_id, who)
);
CREATE INDEX efile_competence_by_name ON efile_competence (tenant, who);
