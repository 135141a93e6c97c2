-- One vector per document for what must be found together, and the places of words apart.
-- What is there is analysed anew little by little while the service runs; until then it is not found.

DROP TABLE efile_words;

-- The order in which a tenant's documents were entered.
ALTER TABLE efile_texts ADD COLUMN number BIGINT NOT NULL DEFAULT 0;
ALTER TABLE efile_texts ADD COLUMN analysis TEXT NOT NULL DEFAULT '';
UPDATE efile_texts SET number = entered.number FROM (
  SELECT tenant, id, row_number() OVER (PARTITION BY tenant ORDER BY filed_at_us, id) AS number
  FROM efile_documents
) AS entered WHERE entered.tenant = efile_texts.tenant AND entered.id = efile_texts.document_id;
CREATE INDEX efile_texts_by_number ON efile_texts (tenant, number);
CREATE INDEX efile_texts_by_analysis ON efile_texts (tenant, analysis, number);

CREATE TABLE efile_words (
  tenant TEXT NOT NULL,
  document_id TEXT NOT NULL,
  number BIGINT NOT NULL,
  vector tsvector NOT NULL,   -- every token once, without its place
  PRIMARY KEY (tenant, document_id)
);
CREATE INDEX efile_words_by_word ON efile_words USING gin (vector);

-- A text is cut into pieces: a vector counts no more than 255 places of one word.
CREATE TABLE efile_places (
  tenant TEXT NOT NULL,
  document_id TEXT NOT NULL,
  piece BIGINT NOT NULL,
  vector tsvector NOT NULL,
  PRIMARY KEY (tenant, document_id, piece)
);
