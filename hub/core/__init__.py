"""What every floor of the hub speaks: envelopes, records, findings, errors, time, money."""
