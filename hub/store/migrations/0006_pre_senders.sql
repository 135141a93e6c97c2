-- Who may hand in messages over HTTPS, and what each of them has handed in.
-- All times are microseconds since the epoch (UTC), handed in by the application.

CREATE TABLE credential (
  id           TEXT   PRIMARY KEY,             -- UUIDv7
  tenant       TEXT   NOT NULL,
  channel      TEXT   NOT NULL,
  sender       TEXT   NOT NULL,                -- the sending system; successive credentials share it
  kind         TEXT   NOT NULL CHECK (kind IN ('token', 'certificate')),
  digest       TEXT   NOT NULL UNIQUE,         -- SHA-256 of the token or of the certificate
  partner      TEXT,                           -- certificate: whose trust anchors it needs
  created_us   BIGINT NOT NULL,
  expires_us   BIGINT NOT NULL,
  revoked_us   BIGINT,
  last_used_us BIGINT
);
CREATE INDEX credential_tenant ON credential (tenant, channel, sender);

-- One row for each message handed in over HTTPS, written in the accepting transaction.
CREATE TABLE post (
  tenant      TEXT   NOT NULL,
  channel     TEXT   NOT NULL,
  sender      TEXT   NOT NULL,
  post_key    TEXT   NOT NULL,                 -- the sender's Idempotency-Key; without one the message's id
  fingerprint TEXT   NOT NULL,                 -- of everything that makes the request what it is
  message_id  TEXT   NOT NULL,
  posted_us   BIGINT NOT NULL,
  PRIMARY KEY (tenant, channel, sender, post_key)
);
CREATE INDEX post_message ON post (tenant, message_id);
CREATE INDEX post_age ON post (posted_us);
