"""Digests, seals and chains: how later change becomes visible."""
