-- Which parts have a rendition as PDF/A, so that they can be counted; it itself lies in storage,
-- and a row is a note, not truth. And a way to the few documents whose words could not be read,
-- with the reason where they are scans.

CREATE TABLE efile_renditions (
  tenant TEXT NOT NULL,
  document_id TEXT NOT NULL,
  part BIGINT NOT NULL,
  PRIMARY KEY (tenant, document_id, part)
);
CREATE INDEX efile_documents_unread ON efile_documents (tenant, filed_at_us)
WHERE text_state = 'failed';

ALTER TABLE efile_scans ADD COLUMN reason TEXT NOT NULL DEFAULT '';  -- why it cannot be read
