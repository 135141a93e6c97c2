"""Simulated municipal cash system, written from ``docs/partners/kasse.md`` alone."""
