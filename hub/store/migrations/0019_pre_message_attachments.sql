-- How many files came with a message, so that nobody has to look for those of a message without
-- any. Empty: accepted before this was counted; then one has to look.
ALTER TABLE message ADD COLUMN attachments INTEGER;
