-- Words of the names of files, to find files by how a word begins without reading all of them.

CREATE TABLE efile_akte_names (
  tenant TEXT NOT NULL,
  word TEXT NOT NULL,      -- a folded word of title or Aktenzeichen
  akte_id TEXT NOT NULL,
  PRIMARY KEY (tenant, word, akte_id)
) WITHOUT ROWID;
CREATE INDEX efile_akte_names_by_akte ON efile_akte_names (tenant, akte_id);

INSERT INTO efile_akte_names (tenant, word, akte_id)
WITH RECURSIVE split (tenant, akte_id, word, rest) AS (
  SELECT tenant, id, '', ltrim(search_words) || ' ' FROM efile_akten
  UNION ALL
  SELECT tenant, akte_id, substr(rest, 1, instr(rest, ' ') - 1), substr(rest, instr(rest, ' ') + 1)
  FROM split WHERE rest <> ''
)
SELECT DISTINCT tenant, word, akte_id FROM split WHERE word <> '';

-- The search_words by which a file stands there; another name is entered anew.
ALTER TABLE efile_akten ADD COLUMN named_words TEXT NOT NULL DEFAULT '';
UPDATE efile_akten SET named_words = search_words;
