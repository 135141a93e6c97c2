-- What was written into journal and access log stays as it was written.
CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'journal is append-only'); END;
CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'journal is append-only'); END;
CREATE TRIGGER access_log_no_update BEFORE UPDATE ON access_log
BEGIN SELECT RAISE(ABORT, 'access_log is append-only'); END;
CREATE TRIGGER access_log_no_delete BEFORE DELETE ON access_log
BEGIN SELECT RAISE(ABORT, 'access_log is append-only'); END;
-- A head never goes back and never goes away: a cut tail stays visible.
CREATE TRIGGER journal_head_only_grows BEFORE UPDATE ON journal_head
WHEN NEW.seq < OLD.seq OR NEW.tenant <> OLD.tenant
BEGIN SELECT RAISE(ABORT, 'journal_head only grows'); END;
CREATE TRIGGER journal_head_no_delete BEFORE DELETE ON journal_head
BEGIN SELECT RAISE(ABORT, 'journal_head only grows'); END;
