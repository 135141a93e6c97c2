-- What people at the desk ask for: bulk decisions, corrected copies, holds and sights; and what the house told them.
-- All times are microseconds since the epoch (UTC), handed in by the application.

-- One decision about many clearing cases, begun by its id: asking twice is one job.
CREATE TABLE bulk_job (
  id      TEXT   PRIMARY KEY,
  scope   TEXT,                                -- the office; NULL: the central operator
  name    TEXT   NOT NULL,
  verb    TEXT   NOT NULL,
  mapping TEXT   NOT NULL,
  actor   TEXT   NOT NULL,
  reason  TEXT   NOT NULL,
  state   TEXT   NOT NULL CHECK (state IN ('running', 'done')),
  made_us BIGINT NOT NULL,
  done_us BIGINT
);

-- The cases chosen when the job began; whatever came later is not touched.
CREATE TABLE bulk_item (
  job_id      TEXT NOT NULL REFERENCES bulk_job (id),
  tenant      TEXT NOT NULL,
  clearing_id TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'skipped')),
  code        TEXT,                            -- why it was skipped
  PRIMARY KEY (job_id, tenant, clearing_id)
);
CREATE INDEX bulk_item_waiting ON bulk_item (job_id, state);

-- A corrected copy of a held message: one person proposes it, another approves.
CREATE TABLE correction (
  tenant          TEXT   NOT NULL,
  id              TEXT   NOT NULL,
  clearing_id     TEXT   NOT NULL,
  message_id      TEXT   NOT NULL,             -- the original
  copy_id         TEXT   NOT NULL,             -- the message the copy becomes
  original_sha256 TEXT   NOT NULL,
  copy_sha256     TEXT   NOT NULL,
  state           TEXT   NOT NULL CHECK (state IN ('proposed', 'approved', 'declined', 'entered')),
  proposed_by     TEXT   NOT NULL,
  proposed_us     BIGINT NOT NULL,
  reason          TEXT   NOT NULL,
  decided_by      TEXT,
  decided_us      BIGINT,
  decided_reason  TEXT,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX correction_pending ON correction (tenant, clearing_id)
  WHERE state IN ('proposed', 'approved');

-- What must not run for a while, by the will of a person.
CREATE TABLE hold (
  id         TEXT   PRIMARY KEY,
  tenant     TEXT   NOT NULL,                  -- '' stands for every office
  kind       TEXT   NOT NULL CHECK (kind IN ('case', 'route', 'partner', 'tenant')),
  value      TEXT   NOT NULL,                  -- case number, queue or partner; '' for a whole office
  reason     TEXT   NOT NULL,
  actor      TEXT   NOT NULL,
  made_us    BIGINT NOT NULL,
  until_us   BIGINT NOT NULL,                  -- it ends by itself
  ended_us   BIGINT,
  ended_by   TEXT
);
CREATE INDEX hold_open ON hold (until_us) WHERE ended_us IS NULL;

-- Somebody may see the content of one message for a while, and why.
CREATE TABLE sight (
  tenant     TEXT   NOT NULL,
  message_id TEXT   NOT NULL,
  actor      TEXT   NOT NULL,
  purpose    TEXT   NOT NULL,
  reason     TEXT   NOT NULL,
  opened_us  BIGINT NOT NULL,
  until_us   BIGINT NOT NULL,
  PRIMARY KEY (tenant, message_id, actor)
);

-- What is wrong in the house as far as people were told: one row per cause.
CREATE TABLE alarm (
  kind      TEXT    NOT NULL,
  place     TEXT    NOT NULL,                  -- queue, partner, loop; never a case or a person
  tenant    TEXT    NOT NULL,                  -- '' where it is about the whole house
  value     DOUBLE PRECISION NOT NULL,         -- as last seen, in the unit of its kind
  state     TEXT    NOT NULL CHECK (state IN ('raised', 'cleared')),
  times     INTEGER NOT NULL,                  -- raised again within a day: it flutters
  raised_us BIGINT  NOT NULL,
  seen_us   BIGINT  NOT NULL,
  told_us   BIGINT,                            -- NULL: nobody was told yet
  PRIMARY KEY (kind, place, tenant)
);

-- What rests is counted once; only what moves is counted again when somebody asks.
CREATE TABLE balance_mark (
  tenant    TEXT   PRIMARY KEY,
  closed_us BIGINT NOT NULL,                   -- messages closed up to here are in balance_final
  seq       BIGINT NOT NULL                    -- journal entries up to here are in balance_journal
);
CREATE TABLE balance_final (
  tenant   TEXT   NOT NULL,
  day      TEXT   NOT NULL,                    -- of acceptance, in the office's calendar
  partner  TEXT   NOT NULL,
  kind     TEXT   NOT NULL,                    -- '' when it was never understood
  state    TEXT   NOT NULL,
  messages BIGINT NOT NULL,
  PRIMARY KEY (tenant, day, partner, kind, state)
);
CREATE TABLE balance_journal (
  tenant   TEXT   NOT NULL,
  state    TEXT   NOT NULL,
  messages BIGINT NOT NULL,
  PRIMARY KEY (tenant, state)
);
CREATE INDEX message_closed ON message (tenant, closed_us) WHERE closed_us IS NOT NULL;

-- A list of messages is read state by state, newest first.
DROP INDEX message_state;
CREATE INDEX message_state ON message (tenant, state, received_us);
-- A few characters find a digest as well as sixty-four, in a quarter of the room.
CREATE INDEX message_digest ON message (tenant, substr(sha256, 1, 8));
CREATE INDEX message_number ON message (tenant, business_id) WHERE business_id IS NOT NULL;

-- What waits for a human is few, and often asked for.
CREATE INDEX lane_blocked ON lane (tenant, queue) WHERE state = 'blocked';

-- A deliberate second sending is a new promise that names the one it stands in for.
ALTER TABLE promise ADD COLUMN replaces TEXT;
CREATE UNIQUE INDEX promise_replaces ON promise (tenant, replaces) WHERE replaces IS NOT NULL;
