"""Order files as the partners' descriptions say, read without the hub's own formats."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class CashFile:
    """What the judge reads out of an order file."""

    sequence: int
    orders: dict[str, int]
    lines: list[str]
    """Order numbers as they stand, with repetitions."""
    trailer: tuple[int, int]


def read_cash_file(path: Path) -> CashFile:
    if path.suffix == ".txt":
        return _read_fixed(path.read_bytes().decode("iso-8859-15").split("\r\n")[:-1])
    return _read_table(path.read_bytes().decode("cp1252"))


def _read_fixed(lines: list[str]) -> CashFile:
    amounts = {"Z": slice(68, 79), "S": slice(67, 78)}
    orders = [(line[1:17], int(line[amounts[line[0]]])) for line in lines[1:-1]]
    trailer = (int(lines[-1][1:8]), int(lines[-1][8:23]))
    return CashFile(int(lines[0][20:26]), dict(orders), [o for o, _ in orders], trailer)


def _read_table(text: str) -> CashFile:
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))[1:]

    def cents(word: str) -> int:
        return int(re.sub(r"[.,]", "", word))

    orders = [(row[3], cents(row[7])) for row in rows if row[0] == "D"]
    [last] = [row for row in rows if row[0] == "E"]
    trailer = (int(last[3]), cents(last[7]))
    return CashFile(int(last[2]), dict(orders), [o for o, _ in orders], trailer)
