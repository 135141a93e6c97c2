"""The payload folder as files: whose it is, and how files are taken out of it."""
