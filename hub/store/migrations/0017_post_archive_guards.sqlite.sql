-- What is sealed in an archive may leave the journal; nothing else may, and no seal may change.
DROP TRIGGER journal_no_delete;
CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal
WHEN NOT EXISTS (SELECT 1 FROM journal_archive WHERE tenant = OLD.tenant AND seq >= OLD.seq)
BEGIN SELECT RAISE(ABORT, 'journal is append-only'); END;
CREATE TRIGGER journal_archive_no_update BEFORE UPDATE ON journal_archive
BEGIN SELECT RAISE(ABORT, 'journal_archive is append-only'); END;
CREATE TRIGGER journal_archive_no_delete BEFORE DELETE ON journal_archive
BEGIN SELECT RAISE(ABORT, 'journal_archive is append-only'); END;
CREATE TRIGGER journal_archive_no_replace BEFORE INSERT ON journal_archive
WHEN EXISTS (SELECT 1 FROM journal_archive WHERE tenant = NEW.tenant AND seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'journal_archive is append-only'); END;
