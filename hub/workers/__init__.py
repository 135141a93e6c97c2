"""Supervised loops that keep the house busy."""
