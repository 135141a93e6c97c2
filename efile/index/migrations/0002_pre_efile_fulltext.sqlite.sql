-- Full text. Only efile.index.fulltext touches these tables.

CREATE TABLE efile_texts (
  number INTEGER PRIMARY KEY,  -- links to the row of efile_words
  tenant TEXT NOT NULL,
  document_id TEXT NOT NULL,
  body TEXT NOT NULL,
  UNIQUE (tenant, document_id)
);

CREATE VIRTUAL TABLE efile_words USING fts5(
  tenant, words, pieces, content='', contentless_delete=1, tokenize='ascii'
);
