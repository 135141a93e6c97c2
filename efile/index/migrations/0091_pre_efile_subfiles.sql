-- Part of the file (Teilakte) of a document, where it was said at filing. What follows from the
-- kind of the file is not kept: it is told whenever a file is read.
ALTER TABLE efile_documents ADD COLUMN subfile TEXT NOT NULL DEFAULT '';
