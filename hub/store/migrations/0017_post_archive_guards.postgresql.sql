-- What is sealed in an archive may leave the journal; nothing else may, and no seal may change.
CREATE FUNCTION refuse_unsealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM journal_archive WHERE tenant = OLD.tenant AND seq >= OLD.seq) THEN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
  END IF;
  RETURN OLD;
END $$;
DROP TRIGGER journal_no_change ON journal;
CREATE TRIGGER journal_no_change BEFORE UPDATE ON journal
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal
  FOR EACH ROW EXECUTE FUNCTION refuse_unsealed();
CREATE TRIGGER journal_archive_no_change BEFORE UPDATE OR DELETE ON journal_archive
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER journal_archive_no_truncate BEFORE TRUNCATE ON journal_archive
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
