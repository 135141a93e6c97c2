"""Partner systems for demo and tests: foreign programs, each started as its own process.

Written from the published pages alone (``docs/partners``, XAusländer 26.11): nothing here
imports the hub or the e-file, so a misreading by the hub shows up as a refusal here. Only the
bookkeeping of a cash office (``cash``) is shared, between ``ihv`` and ``kasse``.
"""
