"""What is wrong in the house, one row per cause, with what people were told of it."""

from __future__ import annotations

from dataclasses import dataclass

from hub.store.database import Row, Transaction

DAY_US = 86_400_000_000
ENDING = frozenset({"certificate", "sender", "anchor", "peer"})
"""Kinds whose value is the days that are left."""
STEPS = (14, 7)
"""Days at which people are told of an ending again; in the last ones as often as of the rest."""


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that may be wrong, as it is now."""

    kind: str
    place: str
    value: float
    """In the unit of its kind."""
    load: float
    """Value by limit: from 1 on it is wrong, below ``CALM`` it is well again."""
    tenant: str = ""
    """Whose it is; empty: the whole house's."""


CALM = 0.8
"""Between this and 1 everything stays as it was said last."""


def see(tx: Transaction, sign: Sign, now_us: int) -> None:
    """Write down what is wrong; between well and wrong only what was wrong before stays so."""
    if sign.load < CALM:
        return
    tx.run(
        "UPDATE alarm SET seen_us = :now, value = :value WHERE kind = :kind AND place = :place "
        "AND tenant = :tenant AND state = 'raised'",
        now=now_us, value=sign.value, kind=sign.kind, place=sign.place, tenant=sign.tenant,
    )  # fmt: skip
    if sign.load < 1:
        return
    tx.run(
        "INSERT INTO alarm (kind, place, tenant, value, state, times, raised_us, seen_us) "
        "VALUES (:kind, :place, :tenant, :value, 'raised', 1, :now, :now) "
        "ON CONFLICT (kind, place, tenant) DO UPDATE SET state = 'raised', told_us = NULL, "
        "value = excluded.value, raised_us = excluded.raised_us, seen_us = excluded.seen_us, "
        "times = CASE WHEN alarm.seen_us > :yesterday THEN alarm.times + 1 ELSE 1 END "
        "WHERE alarm.state = 'cleared'",
        kind=sign.kind, place=sign.place, tenant=sign.tenant, value=sign.value, now=now_us,
        yesterday=now_us - DAY_US,
    )  # fmt: skip


def clear(tx: Transaction, now_us: int, calm_us: int) -> list[Row]:
    """End what has been away long enough and return what people had been told of.

    What came back often must be away longer each time, up to a day: it flutters.
    """
    over = [
        row
        for row in raised(tx)
        if now_us - row["seen_us"] >= min(calm_us * 2 ** min(row["times"] - 1, 20), DAY_US)
    ]
    for row in over:
        tx.run(
            "UPDATE alarm SET state = 'cleared' "
            "WHERE kind = :kind AND place = :place AND tenant = :tenant",
            kind=row["kind"], place=row["place"], tenant=row["tenant"],
        )  # fmt: skip
    return [row for row in over if row["told_us"] is not None]


def to_tell(tx: Transaction, now_us: int, repeat_us: int) -> list[Row]:
    """Return what people must be told now, and note that they are."""
    rows = [row for row in raised(tx) if _is_to_tell(row, now_us, repeat_us)]
    for row in rows:
        _told(tx, row, now_us)
    return rows


def _is_to_tell(row: Row, now_us: int, repeat_us: int) -> bool:
    if row["told_us"] is None:
        return True
    if row["kind"] in ENDING and row["value"] > STEPS[-1]:
        told_days = row["value"] + (now_us - row["told_us"]) / DAY_US
        return any(row["value"] <= step < told_days for step in STEPS)
    return bool(now_us - row["told_us"] >= repeat_us)


def untell(tx: Transaction, rows: list[Row]) -> None:
    """Take back that people were told: the message did not go out."""
    for row in rows:
        _told(tx, row, row["told_us"])


def _told(tx: Transaction, row: Row, at_us: int | None) -> None:
    tx.run(
        "UPDATE alarm SET told_us = :at WHERE kind = :kind AND place = :place AND tenant = :tenant",
        at=at_us, kind=row["kind"], place=row["place"], tenant=row["tenant"],
    )  # fmt: skip


def raised(tx: Transaction, tenant: str | None = None) -> list[Row]:
    """Return what is wrong now; for an office what is its own or the whole house's."""
    return tx.all(
        "SELECT * FROM alarm WHERE state = 'raised' "
        "AND (:tenant IS NULL OR tenant = :tenant OR tenant = '') "
        "ORDER BY raised_us, kind, place, tenant",
        tenant=tenant,
    )  # fmt: skip
