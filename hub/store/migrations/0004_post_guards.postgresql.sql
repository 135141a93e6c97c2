-- What was written into journal and access log stays as it was written.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
CREATE TRIGGER journal_no_change BEFORE UPDATE OR DELETE ON journal
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER access_log_no_change BEFORE UPDATE OR DELETE ON access_log
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
-- A head never goes back and never goes away: a cut tail stays visible.
CREATE FUNCTION refuse_shrinking() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% only grows', TG_TABLE_NAME; END $$;
CREATE TRIGGER journal_head_only_grows BEFORE UPDATE ON journal_head
  FOR EACH ROW WHEN (NEW.seq < OLD.seq OR NEW.tenant <> OLD.tenant)
  EXECUTE FUNCTION refuse_shrinking();
CREATE TRIGGER journal_head_no_delete BEFORE DELETE ON journal_head
  FOR EACH ROW EXECUTE FUNCTION refuse_shrinking();
