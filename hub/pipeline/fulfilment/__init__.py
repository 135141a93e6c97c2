"""Keeping promises: deliver, order, letter, file; each once."""
