"""Units of an office (*Sachgebiete*) and who stands in for whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hub.core.errors import Rejected
from hub.store.database import Row, Transaction


@dataclass(frozen=True, slots=True)
class Standing:
    """As what a person stands before the files of an office, now."""

    stands_for: tuple[str, ...] = ()
    """Logins of those who are away."""
    units: tuple[str, ...] = ()
    """Own units and theirs."""
    opened: tuple[str, ...] = ()
    """Files opened in an emergency."""


def standing(
    tx: Transaction, tenant: str, login: str, own: Sequence[str], at: tuple[date, int]
) -> Standing:
    """Return it on a day and at a time (microseconds)."""
    today, now_us = at
    away = tx.all(
        "SELECT deputy.person, account.units FROM deputy JOIN account"
        " ON account.tenant = deputy.tenant AND account.login = deputy.person"
        " WHERE deputy.tenant = :tenant AND deputy.deputy = :login"
        " AND deputy.since <= :today AND deputy.until >= :today ORDER BY deputy.person",
        tenant=tenant, login=login, today=today.isoformat(),
    )  # fmt: skip
    opened = tx.all(
        "SELECT DISTINCT akte FROM emergency WHERE tenant = :tenant AND login = :login"
        " AND until_us > :now ORDER BY akte",
        tenant=tenant, login=login, now=now_us,
    )  # fmt: skip
    units = {*own, *(word for row in away for word in row["units"].split())}
    return Standing(
        tuple(row["person"] for row in away),
        tuple(sorted(_with_closed(tx, tenant, units))),
        tuple(row["akte"] for row in opened),
    )


def _with_closed(tx: Transaction, tenant: str, units: set[str]) -> set[str]:
    """Return the units and those they succeeded, whose files they see."""
    heirs = successors(tx, tenant) if units else {}
    return units | {one for one, heir in heirs.items() if heir in units}


def successors(tx: Transaction, tenant: str) -> dict[str, str]:
    """Return by each closed unit the open one that has its files now, if there is one."""
    rows = tx.all(
        "SELECT id, successor FROM unit WHERE tenant = :tenant AND successor <> ''", tenant=tenant
    )
    found = {row["id"]: row["successor"] for row in rows}
    return {unit: _last(heir, found) for unit, heir in found.items()}


def _last(unit: str, heirs: Mapping[str, str]) -> str:
    """Return the end of the way; each was open when it was named, so no way goes in a circle."""
    while unit in heirs:
        unit = heirs[unit]
    return unit


def units(tx: Transaction, tenant: str) -> list[Row]:
    """Return the units of an office that are not closed, with the number of their members."""
    members = [row["units"].split() for row in people(tx, tenant)]
    return [
        {**row, "members": sum(row["id"] in words for words in members)}
        for row in tx.all(
            "SELECT id, name FROM unit WHERE tenant = :tenant AND closed_us = 0 ORDER BY id",
            tenant=tenant,
        )
    ]


def people(tx: Transaction, tenant: str | None) -> list[Row]:
    """Return the accounts of an office; of the central operator for ``None``."""
    return tx.all(
        "SELECT login, name, roles, walls, units, state, locked_until_us, changed_us FROM account"
        " WHERE tenant IS NOT DISTINCT FROM :tenant ORDER BY login",
        tenant=tenant,
    )


def join(tx: Transaction, login: str, wanted: Sequence[str], now_us: int) -> None:
    """Make a person a member of these units and of no others.

    Raises:
        Rejected: no such account of an office, or no such unit there.
    """
    row = tx.one("SELECT tenant FROM account WHERE login = :login", login=login)
    if row is None or row["tenant"] is None:
        raise Rejected("unknown_account", f"Das Konto „{login}“ gibt es in keinem Amt.")
    demand_open(tx, row["tenant"], wanted)
    tx.run(
        "UPDATE account SET units = :units, changed_us = :now WHERE login = :login",
        units=" ".join(sorted(set(wanted))), now=now_us, login=login,
    )  # fmt: skip


def demand_open(tx: Transaction, tenant: str, wanted: Sequence[str]) -> None:
    """Make sure these units are there and open, and stay so until the end of the transaction.

    Raises:
        Rejected: one is not.
    """
    rows = tx.all(
        "SELECT id FROM unit WHERE tenant = :tenant AND id IN :wanted AND closed_us = 0"
        " ORDER BY id /*pg FOR SHARE */",
        tenant=tenant, wanted=tuple(wanted) or ("",),
    )  # fmt: skip
    if missing := set(wanted) - {row["id"] for row in rows}:
        raise unknown_unit(min(missing))


def unknown_unit(unit: str) -> Rejected:
    """The office has no open unit of this word."""
    return Rejected(
        "unknown_unit",
        f"Das Sachgebiet „{unit}“ gibt es in diesem Amt nicht.",
        remedy="„aktenhub units list“ nennt die Sachgebiete; „units add“ legt eines an.",
    )


def stand_in(tx: Transaction, person: str, deputy: str, since: date, until: date) -> None:
    """Let one person stand in for another of the same office.

    Raises:
        Rejected: not two accounts of one office, or the time is over before it begins.
    """
    rows = tx.all("SELECT login, tenant FROM account WHERE login IN :both", both=(person, deputy))
    offices = {row["tenant"] for row in rows}
    if len({row["login"] for row in rows}) != 2 or len(offices) != 1 or None in offices:  # noqa: PLR2004  two people
        raise Rejected("not_one_office", "Vertretung gibt es nur zwischen Konten eines Amtes.")
    if until < since:
        raise Rejected("deputy_already_over", "Die Vertretung wäre schon zu Ende.")
    tx.run(
        "INSERT INTO deputy (tenant, person, deputy, since, until)"
        " VALUES (:tenant, :person, :deputy, :since, :until)"
        " ON CONFLICT (tenant, deputy, person) DO UPDATE SET"
        " since = excluded.since, until = excluded.until",
        tenant=offices.pop(), person=person, deputy=deputy, since=since.isoformat(),
        until=until.isoformat(),
    )  # fmt: skip


def stand_back(tx: Transaction, tenant: str, person: str, deputy: str) -> bool:
    """Let one person no longer stand in for another; tell whether they did."""
    return tx.run(
        "DELETE FROM deputy WHERE tenant = :tenant AND person = :person AND deputy = :deputy",
        tenant=tenant, person=person, deputy=deputy,
    ) == 1  # fmt: skip


def deputies(tx: Transaction, tenant: str, today: date) -> list[Row]:
    """Return who stands in for whom, today or later."""
    return tx.all(
        "SELECT person, deputy, since, until FROM deputy"
        " WHERE tenant = :tenant AND until >= :today ORDER BY person, since",
        tenant=tenant, today=today.isoformat(),
    )  # fmt: skip
