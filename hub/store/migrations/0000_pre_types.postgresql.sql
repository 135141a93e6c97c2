-- The name SQLite gives to bytes, so that tables are written once for both engines.
CREATE DOMAIN blob AS bytea;
