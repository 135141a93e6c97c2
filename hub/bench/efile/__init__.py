"""``bench efile``: filing, search, verification and rebuild of the e-file, measured."""
