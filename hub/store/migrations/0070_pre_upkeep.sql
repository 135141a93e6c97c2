-- How the e-file's storage is looked after: what it was seen to do, verifications and drills, and
-- when the main key was last changed, split and joined.
-- Times are microseconds since the epoch (UTC).

CREATE TABLE upkeep_run (
  id         TEXT   PRIMARY KEY,          -- UUIDv7
  tenant     TEXT   NOT NULL,
  kind       TEXT   NOT NULL CHECK (kind IN ('verify', 'drill')),
  state      TEXT   NOT NULL CHECK (state IN ('wanted', 'running', 'good', 'faulty', 'failed')),
  wanted_by  TEXT   NOT NULL,             -- login; '-' when it was due
  wanted_us  BIGINT NOT NULL,
  started_us BIGINT NOT NULL DEFAULT 0,
  seen_us    BIGINT NOT NULL DEFAULT 0,   -- last sign of life
  ended_us   BIGINT NOT NULL DEFAULT 0,
  node       TEXT   NOT NULL DEFAULT '',
  objects    BIGINT NOT NULL DEFAULT 0,   -- reads so far
  bytes      BIGINT NOT NULL DEFAULT 0,
  documents  BIGINT NOT NULL DEFAULT 0,   -- of a drill
  faults     BIGINT NOT NULL DEFAULT 0,
  details    TEXT   NOT NULL DEFAULT '[]', -- JSON: the first faults, without personal data
  code       TEXT   NOT NULL DEFAULT ''   -- why it failed
);
CREATE INDEX upkeep_run_by_office ON upkeep_run (tenant, kind, wanted_us);
CREATE UNIQUE INDEX upkeep_run_open ON upkeep_run (tenant, kind)
  WHERE state IN ('wanted', 'running');

CREATE TABLE storage_probe (
  tenant TEXT   PRIMARY KEY,
  place  TEXT   NOT NULL,                 -- server and prefix it was seen at
  at_us  BIGINT NOT NULL,
  found  TEXT   NOT NULL                  -- JSON: name, proven, required, note, proven_us
);

CREATE TABLE upkeep_event (
  name  TEXT   PRIMARY KEY,               -- kek_changed, kek_split, kek_joined, first_planned
  at_us BIGINT NOT NULL
);
INSERT INTO upkeep_event (name, at_us)
  SELECT action, max(at_us) FROM access_log
  WHERE action IN ('kek_changed', 'kek_split', 'kek_joined') GROUP BY action;
