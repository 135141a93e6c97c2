"""Migrations are numbered without gaps and say when they may run."""

import re
from pathlib import Path

import pytest

from tests.architecture.tree import files, name_of

FOLDERS = sorted({p.parent for p in files() if p.parent.name == "migrations"})
NAME = re.compile(r"(\d{4})_(pre|post)_[a-z0-9]+(_[a-z0-9]+)*\.sql")


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_migrations_are_named_and_numbered_without_gaps(folder: Path) -> None:
    names = sorted(p.name for p in files() if p.parent == folder and p.suffix != ".py")
    numbers = [int(match[1]) for name in names if (match := NAME.fullmatch(name))]

    assert list(range(1, len(names) + 1)) == numbers, names


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_a_migration_says_what_it_is_for(folder: Path) -> None:
    silent = [
        p.name for p in folder.glob("*.sql") if not p.read_text(encoding="utf-8").startswith("-- ")
    ]

    assert [] == silent


def test_there_are_migrations() -> None:
    assert FOLDERS
