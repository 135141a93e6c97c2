"""Simulated IHV of the Freistaat, written from ``docs/partners/ihv.md`` alone."""
