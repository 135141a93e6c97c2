"""Proof: signed heads of the log, stored where it can be checked from storage alone."""
