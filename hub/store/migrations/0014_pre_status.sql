-- Status queries: a person has a partner asked what became of a delivery of unknown outcome.

CREATE TABLE status_query (
  tenant      TEXT   NOT NULL,
  id          TEXT   NOT NULL,
  clearing_id TEXT   NOT NULL,
  promise_id  TEXT   NOT NULL,              -- the delivery
  actor       TEXT   NOT NULL,
  asked_us    BIGINT NOT NULL,
  state       TEXT   NOT NULL CHECK (state IN ('asked', 'answered')),
  due_us      BIGINT NOT NULL,              -- a node has it in hand until then
  answer      TEXT   CHECK (answer IN ('arrived', 'missing', 'none', 'moot')),
  code        TEXT,                         -- why there was no answer
  answered_us BIGINT,
  PRIMARY KEY (tenant, id)
);
-- A double click is one question; who answers looks for open ones only.
CREATE UNIQUE INDEX status_query_open ON status_query (tenant, clearing_id)
  WHERE state = 'asked';
CREATE INDEX status_query_due ON status_query (due_us) WHERE state = 'asked';
CREATE INDEX status_query_case ON status_query (tenant, clearing_id, asked_us);
