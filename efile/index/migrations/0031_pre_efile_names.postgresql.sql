-- Words of the names of files, to find files by how a word begins without reading all of them.

CREATE TABLE efile_akte_names (
  tenant TEXT NOT NULL,
  word TEXT COLLATE "C" NOT NULL,      -- a folded word of title or Aktenzeichen
  akte_id TEXT NOT NULL,
  PRIMARY KEY (tenant, word, akte_id)
);
CREATE INDEX efile_akte_names_by_akte ON efile_akte_names (tenant, akte_id);

INSERT INTO efile_akte_names (tenant, word, akte_id)
SELECT DISTINCT tenant, word, id
FROM efile_akten, regexp_split_to_table(trim(search_words), ' +') AS word WHERE word <> '';

-- The search_words by which a file stands there; another name is entered anew.
ALTER TABLE efile_akten ADD COLUMN named_words TEXT NOT NULL DEFAULT '';
UPDATE efile_akten SET named_words = search_words;
