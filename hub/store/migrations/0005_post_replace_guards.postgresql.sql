-- TRUNCATE takes rows away without a delete trigger; these stop it before.
CREATE TRIGGER journal_no_truncate BEFORE TRUNCATE ON journal
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER access_log_no_truncate BEFORE TRUNCATE ON access_log
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER journal_head_no_truncate BEFORE TRUNCATE ON journal_head
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_shrinking();
