"""The index: metadata rows and full text. Everything in it can be made again from storage."""

from __future__ import annotations

from importlib import resources


def index_migrations() -> list[tuple[str, str]]:
    """Return name and SQL of the e-file's migrations, in order."""
    folder = resources.files("efile.index") / "migrations"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return [(f"efile/{file.name}", file.read_text(encoding="utf-8")) for file in files]
