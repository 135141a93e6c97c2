"""What the storage was seen to do, per office; and when the main key last changed hands."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.store.database import Transaction


@dataclass(frozen=True, slots=True)
class Seen:
    """One capability as it was last tried out."""

    name: str
    proven: bool
    required: bool
    note: str
    proven_us: int
    """When it was last proven; 0: never."""

    @property
    def lost(self) -> bool:
        """Whether it was there once and is not any more."""
        return not self.proven and self.proven_us > 0


@dataclass(frozen=True, slots=True)
class Probe:
    """What was seen at one time."""

    tenant: str
    place: str
    at_us: int
    found: tuple[Seen, ...]

    def faults(self) -> list[Seen]:
        """Return what the e-file cannot do without, or did not have to do without before."""
        return [one for one in self.found if (one.required and not one.proven) or one.lost]


def find(tx: Transaction, tenant: str) -> Probe | None:
    """Return the last probe of an office."""
    row = tx.one("SELECT * FROM storage_probe WHERE tenant = :tenant", tenant=tenant)
    if row is None:
        return None
    found = tuple(Seen(**one) for one in json.loads(row["found"]))
    return Probe(tenant, row["place"], row["at_us"], found)


def note(
    tx: Transaction, tenant: str, place: str, found: Sequence[Mapping[str, Any]], now_us: int
) -> Probe:
    """Keep what was seen; of the same storage it stays known what was proven before."""
    known = find(tx, tenant)
    before = {one.name: one.proven_us for one in known.found} if known else {}
    if known is None or known.place != place:
        before = {}
    seen = tuple(
        Seen(
            one["name"], one["proven"], one["required"], one["note"],
            now_us if one["proven"] else before.get(one["name"], 0),
        )
        for one in found
    )  # fmt: skip
    tx.run(
        "INSERT INTO storage_probe (tenant, place, at_us, found)"
        " VALUES (:tenant, :place, :now, :found) ON CONFLICT (tenant) DO UPDATE SET"
        " place = excluded.place, at_us = excluded.at_us, found = excluded.found",
        tenant=tenant, place=place, now=now_us,
        found=json.dumps([_written(one) for one in seen], ensure_ascii=False),
    )  # fmt: skip
    return Probe(tenant, place, now_us, seen)


def _written(one: Seen) -> dict[str, object]:
    return {
        "name": one.name, "proven": one.proven, "required": one.required, "note": one.note,
        "proven_us": one.proven_us,
    }  # fmt: skip


def events(tx: Transaction) -> dict[str, int]:
    """Return when what happens seldom happened last: changes of the main key, the first plan."""
    return {row["name"]: row["at_us"] for row in tx.all("SELECT name, at_us FROM upkeep_event")}


def note_event(tx: Transaction, name: str, now_us: int) -> None:
    """Note that something of it happened just now."""
    tx.run(
        "INSERT INTO upkeep_event (name, at_us) VALUES (:name, :now)"
        " ON CONFLICT (name) DO UPDATE SET at_us = excluded.at_us",
        name=name, now=now_us,
    )  # fmt: skip
