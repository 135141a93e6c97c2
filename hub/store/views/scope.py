"""Whose rows a question is about."""

Scope = str | None
"""A tenant; ``None`` for the central operator, who sees every tenant's metadata."""
