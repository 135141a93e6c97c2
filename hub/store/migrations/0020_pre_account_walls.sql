-- Walls between kinds of files: an account sees files behind those it was let through.
-- Whoever is there already works on benefit files.

ALTER TABLE account ADD COLUMN walls TEXT NOT NULL DEFAULT 'uvg';  -- words separated by one space
