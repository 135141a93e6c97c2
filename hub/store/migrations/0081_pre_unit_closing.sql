-- Units that are no more: since when, and which unit sees their files now.

ALTER TABLE unit ADD COLUMN closed_us BIGINT NOT NULL DEFAULT 0;  -- 0: there still is one
ALTER TABLE unit ADD COLUMN successor TEXT NOT NULL DEFAULT '';   -- empty: nobody sees what is left
