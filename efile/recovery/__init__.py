"""Storage against index: verify, reconcile, rebuild. Storage is the truth, the index a copy."""
