"""How many may be in the door at once, and that nobody is in it twice with the same key.

Counts live in this process alone; what must hold across processes holds in the database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from hub.store.senders.credentials import Credential
from hub.web.api.problems import RETRY_AFTER_S, Problem

SOON = {"Retry-After": "1"}
"""For what ends as soon as another request has its answer."""

Sender = tuple[str, str, str]
"""Tenant, channel and name of the sending system."""


def sender_key(credential: Credential) -> Sender:
    """Return who sends, whichever credential was shown."""
    return (credential.tenant, credential.channel, credential.sender)


class Turnstile:
    """Counts requests in work and the keys they use."""

    def __init__(self, per_sender: int, at_once: int) -> None:
        self._per_sender = per_sender
        self._at_once = at_once
        self._inside: Counter[Sender] = Counter()
        self._keys: set[tuple[Sender, str]] = set()

    @property
    def inside(self) -> int:
        """Requests in work."""
        return self._inside.total()

    @contextmanager
    def passing(self, credential: Credential) -> Iterator[None]:
        """Be counted while in work.

        Raises:
            Problem: the door, or this sender's part of it, is full.
        """
        sender = sender_key(credential)
        if self.inside >= self._at_once:
            raise Problem("door_too_busy", headers={"Retry-After": str(RETRY_AFTER_S)})
        if self._inside[sender] >= self._per_sender:
            raise Problem("sender_too_busy", headers=SOON)
        self._inside[sender] += 1
        try:
            yield
        finally:
            self._inside[sender] -= 1
            if not self._inside[sender]:
                del self._inside[sender]

    @contextmanager
    def holding(self, credential: Credential, key: str | None) -> Iterator[None]:
        """Hold a key while its request is in work.

        Raises:
            Problem: another request holds it.
        """
        if key is None:
            yield
            return
        held = (sender_key(credential), key)
        if held in self._keys:
            raise Problem("idempotency_key_in_progress", headers=SOON)
        self._keys.add(held)
        try:
            yield
        finally:
            self._keys.discard(held)
