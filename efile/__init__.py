"""The electronic case file (*E-Akte*): it knows nothing of the hub."""
