"""Parsers of foreign bytes, in child processes that can do no harm."""
