"""Migrations are numbered, say when they may run, and come in pairs where engines differ."""

import re
from pathlib import Path

import pytest

from tests.architecture.tree import files, name_of

FOLDERS = sorted({p.parent for p in files() if p.parent.name == "migrations"})
NAME = re.compile(r"(\d{4})_(pre|post)_[a-z0-9]+(_[a-z0-9]+)*(\.sqlite|\.postgresql)?\.sql")
ONLY_POSTGRESQL = {"0000_pre_types", "0013_post_hot_tables"}
"""Types and storage settings that SQLite has no counterpart for."""


def _names(folder: Path) -> list[str]:
    return sorted(p.name for p in files() if p.parent == folder and p.suffix != ".py")


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_migrations_are_named_and_no_number_is_given_twice(folder: Path, dialect: str) -> None:
    own = [n for n in _names(folder) if n.count(".") == 1 or n.endswith(f".{dialect}.sql")]
    numbers = [int(match[1]) for name in own if (match := NAME.fullmatch(name))]

    assert len(own) == len(numbers) == len(set(numbers)), own


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_what_one_engine_needs_its_own_file_for_so_does_the_other(folder: Path) -> None:
    pairs: dict[str, set[str]] = {}
    for name in _names(folder):
        if name.count(".") == 2:
            stem, dialect, _ = name.split(".")
            pairs.setdefault(stem, set()).add(dialect)

    alone = {stem for stem, dialects in pairs.items() if dialects == {"postgresql"}}
    assert alone <= ONLY_POSTGRESQL
    assert [] == [stem for stem, dialects in pairs.items() if dialects == {"sqlite"}]


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_a_migration_says_what_it_is_for(folder: Path) -> None:
    silent = [
        p.name for p in folder.glob("*.sql") if not p.read_text(encoding="utf-8").startswith("-- ")
    ]

    assert [] == silent


def test_there_are_migrations() -> None:
    assert FOLDERS
