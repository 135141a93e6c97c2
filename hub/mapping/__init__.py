"""Mappings: from a partner's document to the hub's records and back, declared as data."""
