-- When the person of a session last proved who they are: exports want it fresh (ASVS 7.5.3).

ALTER TABLE session ADD COLUMN confirmed_us BIGINT NOT NULL DEFAULT 0;
UPDATE session SET confirmed_us = created_us;
