"""The journey of one message: read, check, map, decide, commit."""
