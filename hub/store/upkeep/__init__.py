"""How the e-file's storage is looked after: probes, verifications, drills, the main key."""
