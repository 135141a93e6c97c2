"""Units as those who keep them see them: made, renamed, closed.

A closed unit stays as a word: files name it for ever, and its successor stands for it there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from hub.core.errors import Conflict, Rejected
from hub.store.casework import units
from hub.store.database import Row, Transaction

_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
MAX_NAME: Final = 100


def kept(tx: Transaction, tenant: str) -> list[Row]:
    """Return every unit of an office, the closed last, with its members and open tasks."""
    members = [row["units"].split() for row in units.people(tx, tenant)]
    waiting = {
        row["owner"]: row["tasks"]
        for row in tx.all(
            "SELECT owner, count(*) AS tasks FROM task WHERE tenant = :tenant"
            " AND owner LIKE 'u:%' AND done_us IS NULL GROUP BY owner",
            tenant=tenant,
        )
    }
    return [
        {
            **row, "members": sum(row["id"] in words for words in members),
            "tasks": waiting.get(f"u:{row['id']}", 0),
        }
        for row in tx.all(
            "SELECT id, name, closed_us, successor FROM unit WHERE tenant = :tenant"
            " ORDER BY closed_us > 0, id",
            tenant=tenant,
        )
    ]  # fmt: skip


def with_files(rows: Sequence[Row], heirs: Mapping[str, str], own: Mapping[str, int]) -> list[Row]:
    """Return units with their files, those they have from closed ones, and who succeeds them.

    ``heirs`` are the open units that succeed closed ones, ``own`` the files that name each.
    """
    taken: dict[str, int] = {}
    for unit, heir in heirs.items():
        taken[heir] = taken.get(heir, 0) + own.get(unit, 0)
    names = {row["id"]: row["name"] for row in rows}
    return [
        {
            **row, "files": own.get(row["id"], 0), "taken": taken.get(row["id"], 0),
            "held": own.get(row["id"], 0) + taken.get(row["id"], 0),
            "heir": names.get(heirs.get(row["id"], ""), ""),
        }
        for row in rows
    ]  # fmt: skip


def create(tx: Transaction, tenant: str, unit: str, name: str) -> None:
    """Make a unit.

    Raises:
        Rejected: its short word or its name cannot be meant.
        Conflict: there is or was one of this word.
    """
    if not _ID.fullmatch(unit):
        raise Rejected(
            "unit_name_invalid",
            "Ein Sachgebiet heißt mit Kleinbuchstaben, Ziffern und Bindestrichen (höchstens 40).",
            remedy="Zum Beispiel uv-1.", place=unit[:40],
        )  # fmt: skip
    made = tx.run(
        "INSERT INTO unit (tenant, id, name) VALUES (:tenant, :id, :name)"
        " ON CONFLICT (tenant, id) DO NOTHING",
        tenant=tenant, id=unit, name=_checked(name),
    )  # fmt: skip
    if not made:
        raise Conflict(
            "unit_taken",
            f"Das Kürzel „{unit}“ hat schon ein Sachgebiet, oder es hatte eines.",
            remedy="Ein anderes Kürzel wählen; Akten nennen das alte weiter.",
        )


def rename(tx: Transaction, tenant: str, unit: str, name: str) -> bool:
    """Give a unit another name; tell whether there is one.

    Raises:
        Rejected: nobody could read the name.
    """
    return tx.run(
        "UPDATE unit SET name = :name WHERE tenant = :tenant AND id = :id",
        tenant=tenant, id=unit, name=_checked(name),
    ) == 1  # fmt: skip


def close(
    tx: Transaction, tenant: str, unit: str, *, files: int, successor: str, now_us: int
) -> None:
    """Close a unit; members and open tasks go to the successor, which sees its files from now on.

    One that was closed before can still be given a successor: a file may have come meanwhile.

    Raises:
        Rejected: there is no such unit, or something is left in it and no other open unit of the
            office is to have it.
        Conflict: it was closed before.
    """
    # Whoever joins it now, or hands it a task, waits for the end of this or is counted below.
    tx.all(
        "SELECT id FROM unit WHERE tenant = :tenant AND id IN :both ORDER BY id /*pg FOR UPDATE */",
        tenant=tenant, both=(unit, successor),
    )  # fmt: skip
    rows = {row["id"]: row for row in kept(tx, tenant)}
    row, heir = rows.get(unit), rows.get(successor)
    if row is None:
        raise units.unknown_unit(unit)
    if row["closed_us"] and (row["successor"] or not successor):
        raise Conflict("unit_closed", f"Das Sachgebiet „{unit}“ ist schon geschlossen.")
    if successor and (heir is None or heir["closed_us"] or successor == unit):
        raise Rejected(
            "unit_successor_invalid",
            "Die Nachfolge muss ein anderes, offenes Sachgebiet dieses Amtes sein.",
            remedy="Eines der angebotenen Sachgebiete wählen.",
        )
    if not successor and (files or row["members"] or row["tasks"]):
        raise Rejected(
            "unit_not_empty",
            "Das Sachgebiet hat noch Mitglieder, Akten oder offene Wiedervorlagen.",
            remedy="Ein Sachgebiet nennen, das sie übernimmt, oder es vorher leeren.",
        )
    tx.run(
        "UPDATE unit SET closed_us = :now, successor = :successor"
        " WHERE tenant = :tenant AND id = :id",
        tenant=tenant, id=unit, successor=successor, now=row["closed_us"] or now_us,
    )  # fmt: skip
    if successor:
        _hand_over(tx, tenant, unit, successor, now_us)


def _hand_over(tx: Transaction, tenant: str, unit: str, successor: str, now_us: int) -> None:
    tx.run(
        "UPDATE task SET owner = :new WHERE tenant = :tenant AND owner = :old AND done_us IS NULL",
        tenant=tenant, old=f"u:{unit}", new=f"u:{successor}",
    )  # fmt: skip
    # A change of an account that is under way is not undone by what was read before it.
    people = tx.all(
        "SELECT login, units FROM account WHERE tenant = :tenant ORDER BY login /*pg FOR UPDATE */",
        tenant=tenant,
    )
    for person in people:
        words = set(person["units"].split())
        if unit in words:
            units.join(tx, person["login"], sorted(words - {unit} | {successor}), now_us)


def _checked(name: str) -> str:
    shown = " ".join(name.split())
    if not 0 < len(shown) <= MAX_NAME or not shown.isprintable():
        raise Rejected(
            "name_missing", f"Der Name fehlt oder ist länger als {MAX_NAME} Zeichen.",
            remedy="Zum Beispiel Unterhaltsvorschuss A–K.",
        )  # fmt: skip
    return shown
