-- Inboxes: who picks up, which number comes next, and what came with a message.

-- One node owns an inbox until its lease ends. Every pick-up commits under the owner's epoch.
CREATE TABLE inbox_lease (
  tenant   TEXT   NOT NULL,
  channel  TEXT   NOT NULL,
  owner    TEXT   NOT NULL,
  epoch    BIGINT NOT NULL,                    -- fencing token, grows with every new owner
  until_us BIGINT NOT NULL,
  PRIMARY KEY (tenant, channel)
);

-- The sender's numbers, where a channel counts its files.
CREATE TABLE inbox_number (
  tenant           TEXT   NOT NULL,
  channel          TEXT   NOT NULL,
  last             BIGINT NOT NULL,            -- highest number taken or passed over
  awaited_since_us BIGINT,                     -- since when the number after it is missing
  PRIMARY KEY (tenant, channel)
);

-- Files that came with a message as one unit; the bytes lie in the payload store.
CREATE TABLE attachment (
  tenant     TEXT    NOT NULL,
  message_id TEXT    NOT NULL,
  number     INTEGER NOT NULL,                 -- from 1, in the order the sender listed them
  name       TEXT    NOT NULL,                 -- the sender's
  sha256     TEXT    NOT NULL,
  size_bytes BIGINT  NOT NULL,
  media_type TEXT    NOT NULL,
  PRIMARY KEY (tenant, message_id, number)
);
