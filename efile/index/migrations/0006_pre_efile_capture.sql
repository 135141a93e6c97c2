-- What people must know of a part's bytes, and which part an attachment hung on.

ALTER TABLE efile_parts ADD COLUMN remark TEXT NOT NULL DEFAULT '';
ALTER TABLE efile_parts ADD COLUMN parent BIGINT;
