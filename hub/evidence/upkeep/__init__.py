"""Looking after the e-file's storage: what is due, what it came to, the storage card."""
