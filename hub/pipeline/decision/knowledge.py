"""What a decision may know of an office's past.

A question is a tuple of words: its kind, the office, and what it is about. What is known
beforehand comes with the message; the rest is asked, so a decision never has to stop half
way. What a decision leads to is learnt, so that the next message of the same case sees it
before it is committed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from hub.core.errors import Conflict, Unavailable
from hub.core.message import Message
from hub.store.cases import Reference
from hub.store.inbox.attachments import Attachment
from hub.uvg.model import Case

Query = tuple[str, ...]
Fact = Any
"""Plain values only; they cross the border of a process."""


def payload_query(tenant: str, sha256: str) -> Query:
    """Ask for bytes: the bytes themselves or the path of their file."""
    return "payload", tenant, sha256


def case_query(tenant: str, case_key: str) -> Query:
    """Ask for a case: its state as JSON and its version, or ``None``."""
    return "case", tenant, case_key


def seen_query(message: Message, key_kind: str, key: str) -> Query:
    """Ask who used a key on this channel first: message and digest, or ``None``."""
    return "seen", message.tenant, message.channel, key_kind, key


def reference_query(tenant: str, kind: str, value: str) -> Query:
    """Ask what a number stands for: case and cause, or ``None``."""
    return "reference", tenant, kind, value


def sequence_query(tenant: str, partner: str) -> Query:
    """Ask for the highest file number seen from a partner."""
    return "sequence", tenant, partner


def attachments_query(tenant: str, message_id: str) -> Query:
    """Ask what came with a message: name, digest, size and media type of each, in order."""
    return "attachments", tenant, message_id


class Knowledge:
    """Known facts, and somebody to ask for others."""

    def __init__(
        self, ask: Callable[[Query], Fact], known: Mapping[Query, Fact] | None = None
    ) -> None:
        self._ask = ask
        self._known = dict(known or {})

    def learn(self, query: Query, fact: Fact) -> None:
        """Know something new, or something known anew."""
        self._known[query] = fact

    def payload(self, tenant: str, sha256: str) -> bytes:
        """Return kept bytes, checked against their digest.

        Raises:
            Conflict: the bytes are missing or were changed.
            Unavailable: their file cannot be read at the moment.
        """
        found = self._look(payload_query(tenant, sha256))
        data = found if isinstance(found, bytes) else _read(str(found))
        if hashlib.sha256(data).hexdigest() != sha256:
            raise _damaged(sha256)
        return data

    def case(self, tenant: str, case_key: str) -> Case | None:
        """Return a case as it stands after everything decided so far."""
        found = self._look(case_query(tenant, case_key))
        if found is None or isinstance(found, Case):
            return found
        state, version = found
        return msgspec.structs.replace(msgspec.json.decode(state, type=Case), version=version)

    def first_with(self, message: Message, key_kind: str, key: str) -> tuple[str, str] | None:
        """Return message and digest of who used a key first on this channel."""
        found = self._look(seen_query(message, key_kind, key))
        return (found[0], found[1]) if found else None

    def reference(self, tenant: str, kind: str, value: str) -> Reference | None:
        """Return what a partner means by an order number or a cash reference."""
        found = self._look(reference_query(tenant, kind, value))
        return Reference(found[0], found[1]) if found else None

    def attachments(self, tenant: str, message_id: str) -> list[Attachment]:
        """Return what came with a message, in the sender's order."""
        found = self._look(attachments_query(tenant, message_id)) or ()
        return [Attachment(*one) for one in found]

    def last_sequence(self, tenant: str, partner: str) -> int:
        """Return the highest file number seen from a partner; 0 before the first."""
        return int(self._look(sequence_query(tenant, partner)) or 0)

    def _look(self, query: Query) -> Fact:
        if query not in self._known:
            self._known[query] = self._ask(query)
        return self._known[query]


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except FileNotFoundError as exc:
        raise _damaged(Path(path).name) from exc
    except OSError as exc:
        raise Unavailable(
            "payload_unreadable",
            "Aufbewahrte Nutzdaten sind zurzeit nicht lesbar.",
            place=Path(path).name[:12],
            remedy="Datenträger und Rechte im Datenordner prüfen; es wird erneut versucht.",
        ) from exc


def _damaged(sha256: str) -> Conflict:
    return Conflict(
        "payload_damaged",
        "Aufbewahrte Nutzdaten fehlen oder wurden verändert.",
        place=sha256[:12],
        remedy="Datensicherung einspielen; Betriebshandbuch, Kapitel „Wiederherstellung“.",
    )
