-- The log of each tenant (RFC 6962): leaf after leaf in the order of filing, without gaps.
-- Documents that are already there are entered in the order of their filing, then of their names.

CREATE TABLE efile_log (
  tenant TEXT NOT NULL,
  leaf_index BIGINT NOT NULL,  -- from 0
  leaf TEXT NOT NULL,          -- SHA-256(0x00 and manifest), hex
  PRIMARY KEY (tenant, leaf_index)
);

CREATE TABLE efile_heads (
  tenant TEXT NOT NULL,
  size BIGINT NOT NULL,        -- leaves it covers
  begin_at BIGINT NOT NULL,    -- leaves the head before it covered
  peaks TEXT NOT NULL,         -- roots of its complete subtrees, hex, the largest first
  note TEXT NOT NULL,          -- the signed note, as it lies in storage
  made_us BIGINT NOT NULL,
  stored BIGINT NOT NULL,      -- 1: storage has it
  PRIMARY KEY (tenant, size)
);

ALTER TABLE efile_documents ADD COLUMN leaf_index BIGINT;

INSERT INTO efile_log (tenant, leaf_index, leaf)
  SELECT tenant, ROW_NUMBER() OVER (PARTITION BY tenant ORDER BY filed_at_us, id) - 1, leaf
  FROM efile_documents;
UPDATE efile_documents SET leaf_index = numbered.leaf_index FROM (
    SELECT tenant AS of_tenant, id AS of_id,
      ROW_NUMBER() OVER (PARTITION BY tenant ORDER BY filed_at_us, id) - 1 AS leaf_index
    FROM efile_documents
  ) AS numbered
  WHERE tenant = numbered.of_tenant AND id = numbered.of_id;

-- What a node of an older version files meanwhile is entered later.
CREATE INDEX efile_documents_unlogged ON efile_documents (tenant, filed_at_us, id)
  WHERE leaf_index IS NULL;
