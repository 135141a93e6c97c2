-- Messages, their journal, lanes, promises, cases and clearing cases.
-- All times are microseconds since the epoch (UTC), handed in by the application.
-- The tenant leads every key, so that offices can be spread over databases.

CREATE TABLE message (
  tenant         TEXT    NOT NULL,
  id             TEXT    NOT NULL,             -- UUIDv7
  partner        TEXT    NOT NULL,
  channel        TEXT    NOT NULL,
  kind           TEXT,                         -- unknown until read
  case_key       TEXT,
  state          TEXT    NOT NULL CHECK (state IN
                   ('received', 'routed', 'closed', 'refused', 'clearing', 'duplicate')),
  sha256         TEXT    NOT NULL,             -- '' when the bytes were never read (a link, an oversize file)
  record_sha256  TEXT,                         -- neutral record of a message split from a batch
  size_bytes     BIGINT  NOT NULL,
  original_name  TEXT    NOT NULL,
  business_id    TEXT,
  correlation_id TEXT    NOT NULL,
  causation_id   TEXT,                         -- the message it answers
  part_of        TEXT,                         -- the batch it was split from
  schema_name    TEXT,
  code           TEXT,                         -- why it was refused or waits
  open_promises  INTEGER NOT NULL DEFAULT 0,
  received_us    BIGINT  NOT NULL,
  closed_us      BIGINT,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX message_state ON message (tenant, state);
CREATE INDEX message_case ON message (tenant, case_key);
CREATE INDEX message_cause ON message (tenant, causation_id) WHERE causation_id IS NOT NULL;
CREATE INDEX message_part ON message (tenant, part_of) WHERE part_of IS NOT NULL;

-- What was seen before. Written in the accepting transaction.
CREATE TABLE seen (
  tenant      TEXT   NOT NULL,
  channel     TEXT   NOT NULL,
  key_kind    TEXT   NOT NULL CHECK (key_kind IN ('bytes', 'business')),
  key         TEXT   NOT NULL,
  message_id  TEXT   NOT NULL,
  sha256      TEXT   NOT NULL,
  received_us BIGINT NOT NULL,
  PRIMARY KEY (tenant, channel, key_kind, key)
);

-- Append-only: every message, every step, every state; each tenant's entries chained by digest.
CREATE TABLE journal (
  tenant     TEXT   NOT NULL,
  seq        BIGINT NOT NULL,                  -- from 1 without gap, per tenant
  at_us      BIGINT NOT NULL,
  node       TEXT   NOT NULL,
  message_id TEXT,
  promise_id TEXT,
  case_key   TEXT,
  action     TEXT   NOT NULL,
  from_state TEXT,
  to_state   TEXT,                             -- set when the MESSAGE changed state
  actor      TEXT   NOT NULL,
  digest     TEXT,                             -- of the bytes the entry speaks of
  facts      TEXT   NOT NULL,                  -- canonical JSON, stable words and numbers, no personal data
  previous   TEXT   NOT NULL,
  hash       TEXT   NOT NULL,
  PRIMARY KEY (tenant, seq)
);
CREATE INDEX journal_message ON journal (tenant, message_id, seq);
CREATE INDEX journal_case ON journal (tenant, case_key, seq) WHERE case_key IS NOT NULL;

-- The newest entry of each tenant's chain; locked by whoever appends.
CREATE TABLE journal_head (
  tenant TEXT   PRIMARY KEY,
  seq    BIGINT NOT NULL,
  hash   TEXT   NOT NULL
);

-- The line in which the work of one case stands. Only its head may run.
CREATE TABLE lane (
  tenant     TEXT   NOT NULL,
  queue      TEXT   NOT NULL,
  lane_key   TEXT   NOT NULL,
  next_seq   BIGINT NOT NULL,
  head_seq   BIGINT NOT NULL,
  state      TEXT   NOT NULL CHECK (state IN ('idle', 'ready', 'leased', 'blocked')),
  due_us     BIGINT NOT NULL,                  -- ready: not before; leased: end of lease
  epoch      BIGINT NOT NULL DEFAULT 0,        -- fencing token, grows with every lease
  leased_by  TEXT,
  blocked_by TEXT,
  PRIMARY KEY (tenant, queue, lane_key)
);
CREATE INDEX lane_due ON lane (queue, due_us) WHERE state IN ('ready', 'leased');

-- A promise made at commit: travel, deliver, order, letter, file, refuse.
CREATE TABLE promise (
  tenant         TEXT    NOT NULL,
  id             TEXT    NOT NULL,             -- never changes over retries; the idempotency key
  message_id     TEXT    NOT NULL,             -- the message it follows from
  kind           TEXT    NOT NULL CHECK (kind IN
                   ('travel', 'deliver', 'order', 'letter', 'file', 'refuse')),
  queue          TEXT    NOT NULL,
  lane_key       TEXT    NOT NULL,
  lane_seq       BIGINT  NOT NULL,
  state          TEXT    NOT NULL CHECK (state IN
                   ('waiting', 'leased', 'sent', 'batched', 'confirmed', 'unknown', 'dead', 'refused', 'skipped')),
  attempts       INTEGER NOT NULL DEFAULT 0,
  spec           TEXT    NOT NULL,             -- JSON: what to do
  payload_sha256 TEXT,                         -- bytes to bring, in the payload store
  batch_id       TEXT,
  made_us        BIGINT  NOT NULL,
  deadline_us    BIGINT  NOT NULL,
  done_us        BIGINT,
  last_code      TEXT,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, queue, lane_key, lane_seq)
);
CREATE INDEX promise_message ON promise (tenant, message_id);
CREATE INDEX promise_batch ON promise (tenant, batch_id) WHERE batch_id IS NOT NULL;
-- Orders that wait for their file are few; those that left are many.
CREATE INDEX promise_order ON promise (queue, tenant, lane_seq) WHERE kind = 'order' AND state = 'waiting';

-- A cash batch file: its number is given once, its bytes follow from its orders.
CREATE TABLE batch (
  tenant         TEXT    NOT NULL,
  id             TEXT    NOT NULL,
  partner        TEXT    NOT NULL,
  sequence       BIGINT  NOT NULL,
  state          TEXT    NOT NULL CHECK (state IN ('open', 'written', 'delivered')),
  record_count   INTEGER NOT NULL,
  total_cents    BIGINT  NOT NULL,
  payload_sha256 TEXT,
  made_us        BIGINT  NOT NULL,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, partner, sequence)
);

CREATE TABLE sequence (
  tenant    TEXT   NOT NULL,
  partner   TEXT   NOT NULL,
  direction TEXT   NOT NULL CHECK (direction IN ('out', 'in')),
  value     BIGINT NOT NULL,
  PRIMARY KEY (tenant, partner, direction)
);

CREATE TABLE benefit_case (
  tenant     TEXT   NOT NULL,
  case_key   TEXT   NOT NULL,
  version    BIGINT NOT NULL,
  state      TEXT   NOT NULL,                  -- JSON of hub.uvg.model.Case
  changed_us BIGINT NOT NULL,
  PRIMARY KEY (tenant, case_key)
);

-- What partners quote back, and the case it belongs to: order numbers and cash references.
CREATE TABLE reference (
  tenant   TEXT NOT NULL,
  kind     TEXT NOT NULL CHECK (kind IN ('order', 'cash_reference')),
  value    TEXT NOT NULL,
  case_key TEXT NOT NULL,
  cause    TEXT NOT NULL,                      -- the message that made the order
  PRIMARY KEY (tenant, kind, value)
);

-- A clearing case: a human must decide.
CREATE TABLE clearing (
  tenant      TEXT   NOT NULL,
  id          TEXT   NOT NULL,
  message_id  TEXT   NOT NULL,
  promise_id  TEXT,
  case_key    TEXT,
  code        TEXT   NOT NULL,
  message     TEXT   NOT NULL,
  remedy      TEXT   NOT NULL,
  facts       TEXT   NOT NULL,                 -- JSON; may hold personal data, never logged
  fingerprint TEXT   NOT NULL,                 -- equal failures share it
  state       TEXT   NOT NULL CHECK (state IN ('open', 'released', 'rejected', 'discarded',
                'replayed', 'corrected', 'resent', 'confirmed', 'answered')),
  opened_us   BIGINT NOT NULL,                 -- the first time
  closed_us   BIGINT,
  closed_by   TEXT,
  reason      TEXT,
  times       INTEGER NOT NULL DEFAULT 1,      -- how often it was opened
  last_us     BIGINT NOT NULL,                 -- the last time
  PRIMARY KEY (tenant, id)
);
CREATE INDEX clearing_open ON clearing (tenant, state, opened_us);
CREATE INDEX clearing_alike ON clearing (fingerprint, state, tenant);
CREATE INDEX clearing_message ON clearing (message_id, state);

-- Small payloads share the commit of the row that names them; large ones lie in files.
CREATE TABLE payload (
  tenant  TEXT   NOT NULL,
  sha256  TEXT   NOT NULL,
  bytes   BLOB,                                -- NULL: in the payload folder
  size    BIGINT NOT NULL,
  kept_us BIGINT NOT NULL,
  PRIMARY KEY (tenant, sha256)
);
