"""The index: metadata rows and full text. Everything in it can be made again from storage."""

from __future__ import annotations

from importlib import resources

from efile.ports import Dialect


def index_migrations(dialect: Dialect = "sqlite") -> list[tuple[str, str]]:
    """Return name and SQL of the e-file's migrations for an engine, in order."""
    folder = resources.files("efile.index") / "migrations"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return [
        (f"efile/{file.name.replace(f'.{dialect}', '')}", file.read_text(encoding="utf-8"))
        for file in files
        if file.name.count(".") == 1 or file.name.endswith(f".{dialect}.sql")
    ]
