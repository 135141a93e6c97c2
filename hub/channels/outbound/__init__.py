"""Doors through which messages go out."""
