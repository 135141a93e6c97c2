-- Full text. Only the search engine on PostgreSQL touches these tables.

CREATE TABLE efile_texts (
  tenant TEXT NOT NULL,
  document_id TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (tenant, document_id)
);

-- A long text is cut into pieces: a vector knows no more than 16383 places.
CREATE TABLE efile_words (
  tenant TEXT NOT NULL,
  document_id TEXT NOT NULL,
  piece BIGINT NOT NULL,
  vector tsvector NOT NULL,
  PRIMARY KEY (tenant, document_id, piece)
);
CREATE INDEX efile_words_by_word ON efile_words USING gin (vector);
