-- Sign-in through the operator's identity provider (OpenID Connect). An account signs in with a
-- password or through the provider, never with both.

ALTER TABLE account ADD COLUMN federated INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN subject TEXT;              -- issuer and subject, once it has signed in
CREATE UNIQUE INDEX account_by_subject ON account (subject) WHERE subject IS NOT NULL;

ALTER TABLE session ADD COLUMN provider_session TEXT NOT NULL DEFAULT '';  -- the provider ends it by this name

-- A sign-in that was begun: taken out by whoever comes back, once, from the same browser.
CREATE TABLE federation_attempt (
  state_sha256   TEXT   PRIMARY KEY,
  browser_sha256 TEXT   NOT NULL,
  nonce          TEXT   NOT NULL,
  verifier       TEXT   NOT NULL,
  target         TEXT   NOT NULL,
  begun_us       BIGINT NOT NULL
);
CREATE INDEX federation_attempt_by_time ON federation_attempt (begun_us);

-- Logout tokens seen, so that none counts twice.
CREATE TABLE federation_logout (
  id      TEXT   PRIMARY KEY,
  seen_us BIGINT NOT NULL
);
