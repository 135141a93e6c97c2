-- When something was last taken out of a file for good: extracts it was in are made again then.

CREATE INDEX efile_destroyed_taken_out ON efile_destroyed (tenant, done_at_us) WHERE document_id <> '';
