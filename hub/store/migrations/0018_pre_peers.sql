-- What partners' servers show at handshakes: certificates of others, which end some day, too.
CREATE TABLE peer_certificate (
  partner       TEXT   NOT NULL,             -- the target under [[https]]
  fingerprint   TEXT   NOT NULL,             -- SHA-256 of the certificate
  not_after_us  BIGINT NOT NULL,
  first_seen_us BIGINT NOT NULL,
  seen_us       BIGINT NOT NULL,             -- kept to the hour
  PRIMARY KEY (partner, fingerprint)
);
