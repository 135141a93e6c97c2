-- What the installation knows of itself: which payload folder belongs to this database.
CREATE TABLE installation (
  name    TEXT   PRIMARY KEY,
  value   TEXT   NOT NULL,
  made_us BIGINT NOT NULL
);
