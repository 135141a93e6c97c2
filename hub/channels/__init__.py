"""Doors: they know bytes and places, not meaning."""
