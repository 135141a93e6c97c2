-- Certificates of the hub and its offices, their encrypted keys and what was done with them.

CREATE TABLE private_key (
  id          TEXT   PRIMARY KEY,
  tenant      TEXT   NOT NULL,
  purpose     TEXT   NOT NULL,
  algorithm   TEXT   NOT NULL,                 -- profile, for example ec-p256
  wrapped_dek TEXT   NOT NULL,                 -- base64: nonce and the key of the key, under the KEK
  sealed      TEXT   NOT NULL,                 -- base64: nonce and PKCS#8, under the DEK
  made_us     BIGINT NOT NULL
);

CREATE TABLE certificate (
  id            TEXT    PRIMARY KEY,
  tenant        TEXT    NOT NULL,
  partner       TEXT    NOT NULL,
  environment   TEXT    NOT NULL,
  purpose       TEXT    NOT NULL,
  state         TEXT    NOT NULL CHECK (state IN
                  ('requested', 'imported', 'active', 'retiring', 'retired', 'revoked')),
  key_id        TEXT    NOT NULL REFERENCES private_key (id),
  key_algorithm TEXT    NOT NULL,
  key_bits      INTEGER NOT NULL,
  public_sha256 TEXT    NOT NULL UNIQUE,       -- of the SubjectPublicKeyInfo; finds the key of a certificate
  request_pem   TEXT    NOT NULL,
  subject       TEXT    NOT NULL,
  issuer        TEXT,                          -- from here on unknown until a certificate came back
  serial        TEXT,
  fingerprint   TEXT    UNIQUE,
  not_before_us BIGINT,
  not_after_us  BIGINT,
  chain_pem     TEXT,                          -- leaf first
  replaces      TEXT    REFERENCES certificate (id),
  created_us    BIGINT  NOT NULL,
  activated_us  BIGINT,
  last_used_us  BIGINT
);
CREATE UNIQUE INDEX certificate_active ON certificate (tenant, partner, environment, purpose)
  WHERE state = 'active';
CREATE INDEX certificate_expiry ON certificate (not_after_us);

-- Append-only: who moved which certificate from which state to which.
CREATE TABLE certificate_step (
  certificate_id TEXT   NOT NULL REFERENCES certificate (id),
  at_us          BIGINT NOT NULL,
  actor          TEXT   NOT NULL,
  from_state     TEXT,
  to_state       TEXT   NOT NULL
);
CREATE INDEX certificate_step_order ON certificate_step (certificate_id, at_us);
