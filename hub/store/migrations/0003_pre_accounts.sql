-- Who may sign in, who is signed in, and who looked at what.
-- All times are microseconds since the epoch (UTC), handed in by the application.

CREATE TABLE account (
  id              TEXT    PRIMARY KEY,         -- UUIDv7
  tenant          TEXT,                        -- NULL: the central operator, never social data
  login           TEXT    NOT NULL UNIQUE,     -- lower case
  name            TEXT    NOT NULL,
  roles           TEXT    NOT NULL,            -- words separated by one space
  password        TEXT    NOT NULL,            -- argon2id, encoded with its parameters
  state           TEXT    NOT NULL CHECK (state IN ('active', 'disabled')),
  failures        INTEGER NOT NULL DEFAULT 0,  -- in a row
  locked_until_us BIGINT  NOT NULL DEFAULT 0,
  changed_us      BIGINT  NOT NULL
);

-- A session is known by the digest of its token: reading this table opens no session.
CREATE TABLE session (
  token_sha256 TEXT   PRIMARY KEY,
  account_id   TEXT   NOT NULL REFERENCES account (id),
  created_us   BIGINT NOT NULL,
  seen_us      BIGINT NOT NULL
);
CREATE INDEX session_account ON session (account_id);

-- Append-only and chained by digest: every access to social data, granted or refused.
CREATE TABLE access_log (
  seq         BIGINT PRIMARY KEY,
  at_us       BIGINT NOT NULL,
  tenant      TEXT,
  actor       TEXT   NOT NULL,                 -- login; '-' when nobody was signed in
  role        TEXT   NOT NULL,
  action      TEXT   NOT NULL,
  object_kind TEXT   NOT NULL,
  object_id   TEXT   NOT NULL,
  akte        TEXT,
  document    TEXT,
  purpose     TEXT   NOT NULL,
  result      TEXT   NOT NULL,
  previous    TEXT   NOT NULL,
  hash        TEXT   NOT NULL
);
CREATE INDEX access_log_tenant ON access_log (tenant, seq);
CREATE INDEX access_log_akte ON access_log (tenant, akte, seq);
