"""Handing files over to the archive, as the house sees it: messages, checks, journal."""
