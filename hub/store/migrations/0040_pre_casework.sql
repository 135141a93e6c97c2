-- Units of an office, who stands in for whom, files opened in an emergency, and what caseworkers
-- keep beside the files: visits, tasks (Wiedervorlagen), notes, what was taken note of.
-- Times are microseconds since the epoch (UTC); days are YYYY-MM-DD of the office.

ALTER TABLE account ADD COLUMN units TEXT NOT NULL DEFAULT '';  -- words separated by one space

CREATE TABLE unit (
  tenant TEXT NOT NULL,
  id     TEXT NOT NULL,
  name   TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
);

CREATE TABLE deputy (
  tenant TEXT NOT NULL,
  person TEXT NOT NULL,          -- login of whoever is away
  deputy TEXT NOT NULL,          -- login of whoever stands in
  since  TEXT NOT NULL,
  until  TEXT NOT NULL,          -- last day
  PRIMARY KEY (tenant, deputy, person)
);

CREATE TABLE emergency (
  id        TEXT   PRIMARY KEY,
  tenant    TEXT   NOT NULL,
  akte      TEXT   NOT NULL,
  login     TEXT   NOT NULL,
  reason    TEXT   NOT NULL,
  opened_us BIGINT NOT NULL,
  until_us  BIGINT NOT NULL,
  seen_by   TEXT,                -- who of the data protection role has taken note
  seen_us   BIGINT
);
CREATE INDEX emergency_by_login ON emergency (tenant, login, until_us);
CREATE INDEX emergency_by_time ON emergency (tenant, opened_us);

CREATE TABLE file_visit (
  tenant    TEXT   NOT NULL,
  login     TEXT   NOT NULL,
  akte      TEXT   NOT NULL,
  last_us   BIGINT NOT NULL,
  before_us BIGINT NOT NULL,     -- end of the visit before; 0 at the first
  PRIMARY KEY (tenant, login, akte)
);
CREATE INDEX file_visit_by_time ON file_visit (tenant, login, last_us);

CREATE TABLE task (
  id       TEXT   PRIMARY KEY,
  tenant   TEXT   NOT NULL,
  akte     TEXT   NOT NULL,
  due      TEXT   NOT NULL,
  text     TEXT   NOT NULL,
  owner    TEXT   NOT NULL,      -- p:login or u:unit
  made_by  TEXT   NOT NULL,
  made_us  BIGINT NOT NULL,
  done_by  TEXT,
  done_us  BIGINT
);
CREATE INDEX task_by_owner ON task (tenant, owner, due) WHERE done_us IS NULL;
CREATE INDEX task_by_akte ON task (tenant, akte, due);

CREATE TABLE file_note (
  id         TEXT   PRIMARY KEY,
  tenant     TEXT   NOT NULL,
  akte       TEXT   NOT NULL,
  document   TEXT   NOT NULL,    -- empty: the file
  author     TEXT   NOT NULL,
  team       INTEGER NOT NULL,   -- 1: whoever sees the file, 0: the author alone
  text       TEXT   NOT NULL,
  words      TEXT   NOT NULL,    -- lower case, for searching
  made_us    BIGINT NOT NULL
);
CREATE INDEX file_note_by_akte ON file_note (tenant, akte, made_us);

CREATE TABLE taken_note (
  tenant   TEXT   NOT NULL,
  login    TEXT   NOT NULL,
  document TEXT   NOT NULL,
  akte     TEXT   NOT NULL,
  at_us    BIGINT NOT NULL,
  PRIMARY KEY (tenant, login, document)
);
CREATE INDEX taken_note_by_akte ON taken_note (tenant, akte);
