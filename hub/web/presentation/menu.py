"""The main menu: what a person may open, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from hub.store.accounts import Account, Role
from hub.web import policy


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the main menu."""

    path: str
    label: str
    icon: str
    roles: frozenset[Role]
    office_only: bool = False
    key: str = ""
    """Letter that leads there."""


ENTRIES = (
    Entry("/akten", "Akten", "folder", policy.FILE_READERS, office_only=True),
    Entry("/mein-tag", "Mein Tag", "clock", policy.FILE_READERS, office_only=True, key="d"),
    Entry("/klaerfaelle", "Klärfälle", "flag", policy.CLERKS),
    Entry("/bilanz", "Bilanz", "scale", policy.ADMINISTRATORS),
    Entry("/nachrichten", "Nachrichten", "inbox", policy.ADMINISTRATORS),
    Entry("/sperren", "Sperren", "pause", policy.ADMINISTRATORS),
    Entry("/aufbewahrung", "Aufbewahrung", "shield", policy.ADMINISTRATORS, office_only=True),
    Entry("/vernichtung", "Vernichtung", "stack", policy.FILE_READERS, office_only=True),
    Entry("/ziele", "Ziele", "send", policy.ADMINISTRATORS),
    Entry("/zertifikate", "Zertifikate", "key", policy.ADMINISTRATORS),
    Entry("/verwaltung", "Verwaltung", "pulse", policy.ADMINISTRATORS),
    Entry("/zugriffsprotokoll", "Zugriffe", "eye", policy.AUDITORS),
    Entry("/notzugriffe", "Notzugriffe", "flag", policy.AUDITORS, office_only=True),
)


def start_of(account: Account) -> str:
    """Return the page a person begins with."""
    entries = menu_for(account)
    return entries[0].path if entries else "/hilfe"


def menu_for(account: Account | None) -> tuple[Entry, ...]:
    """Return the entries a person may open."""
    if account is None:
        return ()
    return tuple(
        entry
        for entry in ENTRIES
        if entry.roles & account.roles and not (entry.office_only and account.tenant is None)
    )
