"""Envelope encryption: one data key per file, wrapped by a key that lies elsewhere."""
