-- When somebody last signed in with an account, for those who keep the accounts.

ALTER TABLE account ADD COLUMN signed_in_us BIGINT NOT NULL DEFAULT 0;
UPDATE account SET signed_in_us = coalesce(
  (SELECT max(created_us) FROM session WHERE session.account_id = account.id), 0);
