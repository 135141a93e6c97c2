-- The index of the e-file: a copy of the manifests, never the truth.
-- Times are microseconds since the epoch, UTC.

CREATE TABLE efile_akten (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  aktenzeichen TEXT NOT NULL,
  title TEXT NOT NULL,
  aktenplan TEXT NOT NULL,
  opened_at_us BIGINT NOT NULL,
  changed_at_us BIGINT NOT NULL,
  named_by TEXT NOT NULL,      -- the latest document, from which title and aktenplan come
  documents BIGINT NOT NULL,
  search_words TEXT NOT NULL,  -- folded words of title and aktenzeichen, each after a space
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX efile_akten_by_zeichen ON efile_akten (tenant, aktenzeichen);

CREATE TABLE efile_vorgaenge (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  akte_id TEXT NOT NULL,
  title TEXT NOT NULL,
  opened_at_us BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX efile_vorgaenge_by_akte ON efile_vorgaenge (tenant, akte_id);

CREATE TABLE efile_documents (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  version BIGINT NOT NULL,
  akte_id TEXT NOT NULL,
  aktenzeichen TEXT NOT NULL,
  akte_title TEXT NOT NULL,
  aktenplan TEXT NOT NULL,
  vorgang_id TEXT NOT NULL,
  vorgang TEXT NOT NULL,
  title TEXT NOT NULL,
  doc_type TEXT NOT NULL,
  document_key TEXT NOT NULL,
  source_id TEXT NOT NULL,
  direction TEXT NOT NULL,
  received_at_us BIGINT NOT NULL,
  filed_at_us BIGINT NOT NULL,
  actor TEXT NOT NULL,
  leaf TEXT NOT NULL,
  text_state TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX efile_documents_by_akte ON efile_documents (tenant, akte_id, filed_at_us, id);

CREATE TABLE efile_parts (
  tenant TEXT NOT NULL,
  document_id TEXT NOT NULL,
  position BIGINT NOT NULL,
  role TEXT NOT NULL,
  name TEXT NOT NULL,
  mime TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  size BIGINT NOT NULL,
  object_key TEXT NOT NULL,   -- an object of its own, or a pack
  start BIGINT NOT NULL,      -- where it begins in the pack; 0 in an object of its own
  PRIMARY KEY (tenant, document_id, position)
);
