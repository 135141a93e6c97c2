"""Senders over HTTPS: by what they are known, what they handed in, what became of it."""
