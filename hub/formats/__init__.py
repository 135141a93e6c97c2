"""Notations: from foreign bytes to a checked document and back. Nothing here knows a meaning."""
