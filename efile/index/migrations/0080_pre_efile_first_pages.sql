-- Documents whose first page is still to be drawn, and those it cannot be drawn of. What was
-- drawn lies in storage; a row is work, not truth. Of what was filed before, the newest 50,000
-- are drawn ahead, every other one when somebody opens it.

CREATE TABLE efile_first_pages (
  tenant TEXT NOT NULL,
  document_id TEXT NOT NULL,
  filed_at_us BIGINT NOT NULL, -- the newest come first
  due_at_us BIGINT NOT NULL,   -- not before; whoever takes it moves it on
  tries BIGINT NOT NULL,
  reason TEXT NOT NULL,        -- why it cannot be drawn; empty: it waits
  PRIMARY KEY (tenant, document_id)
);
CREATE INDEX efile_first_pages_waiting ON efile_first_pages (filed_at_us) WHERE reason = '';

INSERT INTO efile_first_pages (tenant, document_id, filed_at_us, due_at_us, tries, reason)
SELECT d.tenant, d.id, d.filed_at_us, 0, 0, '' FROM efile_documents d
WHERE EXISTS (
  SELECT 1 FROM efile_parts p WHERE p.tenant = d.tenant AND p.document_id = d.id
  AND (substr(p.mime, 1, 15) = 'application/pdf' OR substr(p.mime, 1, 6) = 'image/')
)
ORDER BY d.filed_at_us DESC LIMIT 50000;
