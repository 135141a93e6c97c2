-- Targets: the circuit breaker and the limit of every partner reached over the network.

CREATE TABLE target (
  partner         TEXT    NOT NULL,
  tenant          TEXT    NOT NULL,             -- '': the partner itself; else one office's access to it
  state           TEXT    NOT NULL CHECK (state IN ('closed', 'open', 'half_open')),
  failures        INTEGER NOT NULL DEFAULT 0,   -- in a row, since the last success
  probes          INTEGER NOT NULL DEFAULT 0,   -- failed ones since it was opened; the pause grows with them
  in_flight_max   INTEGER NOT NULL,             -- deliveries in work at once, over all nodes
  code            TEXT,                         -- why it is open
  opened_us       BIGINT,
  next_probe_us   BIGINT,                       -- open: when it is tried again; half open: until when the probe may take
  last_success_us BIGINT,
  PRIMARY KEY (partner, tenant)
);

-- What is in work is counted before more is claimed.
CREATE INDEX lane_leased ON lane (queue, due_us) WHERE state = 'leased';
