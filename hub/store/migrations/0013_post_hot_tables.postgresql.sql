-- Rows that change with every step: room to change in place, and cleaning before it is due.
ALTER TABLE lane SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01,
  autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE promise SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01,
  autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE message SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE journal_head SET (fillfactor = 10, autovacuum_vacuum_scale_factor = 0.0,
  autovacuum_vacuum_threshold = 1000);
ALTER TABLE inbox_lease SET (fillfactor = 50);
-- Inserted only: without this nothing would ever be frozen until all of it must be at once.
ALTER TABLE journal SET (autovacuum_vacuum_insert_scale_factor = 0.05);
