"""All certificates of the hub and its offices: requests, keys, checks, rotation, TLS.

Private keys live encrypted in the database and decrypted in memory only. Residual risk:
whoever holds both the database and the KEK holds the keys; keep the KEK elsewhere.
"""
