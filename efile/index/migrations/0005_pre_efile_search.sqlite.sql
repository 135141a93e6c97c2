-- Found by newest first: no ranking, a prefix index for beginnings of words, one column of marks.
-- What is there is analysed anew little by little while the service runs; until then it is not found.

DROP TABLE efile_words;

CREATE VIRTUAL TABLE efile_words USING fts5(
  words, marks, content='', contentless_delete=1, tokenize='ascii', prefix='4'
);

ALTER TABLE efile_texts ADD COLUMN analysis TEXT NOT NULL DEFAULT '';
CREATE INDEX efile_texts_by_analysis ON efile_texts (tenant, analysis, number);
