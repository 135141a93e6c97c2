-- Second factors of accounts (RFC 6238), codes for the day the device is gone, one-time passwords,
-- and sign-ins that are half done. Secrets lie in private_key, sealed like every other key.

ALTER TABLE account ADD COLUMN one_time_until_us BIGINT NOT NULL DEFAULT 0;  -- > 0: to be changed at sign-in
ALTER TABLE account ADD COLUMN factor_reset_us BIGINT NOT NULL DEFAULT 0;    -- > 0: to be set up anew
ALTER TABLE account ADD COLUMN factor_reset_by TEXT NOT NULL DEFAULT '';     -- login of whoever did it

CREATE TABLE second_factor (
  account_id TEXT    PRIMARY KEY REFERENCES account (id),
  key_id     TEXT    NOT NULL REFERENCES private_key (id),
  last_step  BIGINT  NOT NULL,             -- a code of this step or an earlier one counts no more
  failures   INTEGER NOT NULL DEFAULT 0,   -- wrong codes in a row
  made_us    BIGINT  NOT NULL
);

-- A secret that was shown and not confirmed yet; each session and each sign-in gets its own.
CREATE TABLE factor_offer (
  offered_to TEXT   PRIMARY KEY,           -- digest of the token
  account_id TEXT   NOT NULL REFERENCES account (id),
  key_id     TEXT   NOT NULL REFERENCES private_key (id),
  made_us    BIGINT NOT NULL
);
CREATE INDEX factor_offer_by_time ON factor_offer (made_us);

CREATE TABLE recovery_code (
  account_id TEXT NOT NULL REFERENCES account (id),
  name       TEXT NOT NULL,                -- first part of the code: says which hash to look at
  hash       TEXT NOT NULL,                -- argon2id of the rest
  PRIMARY KEY (account_id, name)
);

-- The password was right, more is asked for. No session: nothing but the next step is open.
CREATE TABLE sign_in_half (
  token_sha256 TEXT    PRIMARY KEY,
  account_id   TEXT    NOT NULL REFERENCES account (id),
  proved       INTEGER NOT NULL,           -- 1: the second factor was shown
  target       TEXT    NOT NULL,           -- page the person wanted
  begun_us     BIGINT  NOT NULL
);
CREATE INDEX sign_in_half_by_time ON sign_in_half (begun_us);
CREATE INDEX sign_in_half_by_account ON sign_in_half (account_id);
