"""Table schemas are data, and faulty ones are refused when they are loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.core.errors import Misconfigured
from hub.formats.tables.layout import read_layout

GOOD = """
notation = "fixed_width"
title = "Test"
encoding = "iso8859-15"
line_length = 10
date = "YYYYMMDD"
money = "cents"
[[records]]
type = "D"
fields = [{ name = "A", type = "A", from = 1, to = 4 }, { name = "B", type = "N", from = 5, to = 10 }]
"""


def layout(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "Test-1.0.table.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_layout_is_read(tmp_path: Path) -> None:
    read = read_layout(layout(tmp_path, GOOD))

    assert read.width("D", "B") == 6


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title", "tittle"),
        ("from = 5", "from = 4"),
        ("to = 10", "to = 11"),
        ("to = 4", "to = 0"),
        ('name = "B"', 'name = "A"'),
        ('encoding = "iso8859-15"', 'encoding = "guess"'),
        ('type = "N"', 'type = "Z"'),
        ('type = "N"', 'type = "N", pattern = "("'),
        ('type = "N"', 'type = "N", needed_with = "C"'),
        ('money = "cents"', 'money = "cents"\nkey = ["A"]'),
        ('money = "cents"', 'money = "cents"\nrules = [{ rule = "count", field = "B" }]'),
        ("[[records]]", "[[records"),
    ],
)
def test_a_faulty_layout_is_refused(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(Misconfigured, match="layout_invalid"):
        read_layout(layout(tmp_path, GOOD.replace(old, new)))


def test_a_missing_layout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="layout_invalid"):
        read_layout(tmp_path / "Fehlt-1.0.table.toml")
