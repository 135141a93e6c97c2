"""What a storage really does, tried out. Effects are believed, return codes are not.

One server measured accepts a conditional write and overwrites; another accepts a retention and
stores it as an object. So each probe looks at what lies there afterwards. Everything happens
under a prefix of its own and is removed again.

Residual risk: whether a server syncs to disk before it answers cannot be seen from outside.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import Protocol, runtime_checkable

from efile.errors import Conflict, FilingError
from efile.model import Capability
from efile.objects.layout import PROBE_ROOT
from efile.ports import ObjectStore

_MULTIPART_BYTES = 20 * 1024 * 1024 + 1
"""More than one part of 16 MiB."""


@runtime_checkable
class Experiments(Protocol):
    """What only a real S3 can be asked; every answer is an observed effect."""

    async def refuses_wrong_secret(self, tenant: str) -> bool:
        """Whether a wrong secret and no secret at all are both refused."""
        ...

    async def keeps_first_on_condition(self, tenant: str, key: str) -> bool:
        """Whether ``If-None-Match: *`` is answered 412 and the first bytes stay."""
        ...

    async def keeps_versions(self, tenant: str, key: str) -> bool:
        """Whether two writes leave two versions, the older readable."""
        ...

    async def refuses_locked_delete(self, tenant: str, key: str) -> bool:
        """Whether a version under GOVERNANCE retention cannot be deleted."""
        ...


async def probe(store: ObjectStore, tenant: str) -> list[Capability]:
    """Try everything out and return what was seen, in words for the operator.

    Raises:
        StorageUnavailable: the storage cannot be reached, so nothing can be said.
        StorageMisconfigured: the storage refuses us altogether.
    """
    root = f"{PROBE_ROOT}{uuid.uuid4()}"
    try:
        seen = [
            await _round_trip(store, tenant, root),
            await _range(store, tenant, root),
            await _put_once(store, tenant, root),
            await _listing(store, tenant, root),
        ]
        if isinstance(store, Experiments):
            seen += await _experiments(store, tenant, root)
    finally:
        await _clean(store, tenant, root)
    return seen


async def _round_trip(store: ObjectStore, tenant: str, root: str) -> Capability:
    proven = True
    for size in (0, 1, _MULTIPART_BYTES):
        key, data = f"{root}/size-{size}", _pattern(size)
        await store.put_once(tenant, key, data)
        same = await store.get(tenant, key) == data
        proven = proven and same and (await store.head(tenant, key)).size == size
    return Capability(
        "round_trip",
        proven,
        required=True,
        note=_words(
            proven,
            "0 Bytes, 1 Byte und 20 MB kamen unverändert zurück.",
            "Geschriebenes kam verändert zurück: Dieser Speicher ist nicht verwendbar.",
        ),
    )


async def _range(store: ObjectStore, tenant: str, root: str) -> Capability:
    data = _pattern(1000)
    await store.put_once(tenant, f"{root}/range", data)
    middle = await store.get_range(tenant, f"{root}/range", 100, 50)
    end = await store.get_range(tenant, f"{root}/range", 990, 50)
    proven = middle == data[100:150] and end == data[990:]
    return Capability(
        "range",
        proven,
        required=True,
        note=_words(
            proven,
            "Ausschnitte werden richtig geliefert.",
            "Ausschnitte werden falsch geliefert: Dieser Speicher ist nicht verwendbar.",
        ),
    )


async def _put_once(store: ObjectStore, tenant: str, root: str) -> Capability:
    key = f"{root}/once"
    await store.put_once(tenant, key, b"first")
    try:
        await store.put_once(tenant, key, b"other")
        refused = False
    except Conflict:
        refused = True
    proven = refused and await store.get(tenant, key) == b"first"
    return Capability(
        "put_once",
        proven,
        required=True,
        note=_words(
            proven,
            "Ein vorhandenes Objekt wird nicht überschrieben.",
            "Ein vorhandenes Objekt wurde überschrieben: Dieser Speicher ist nicht verwendbar.",
        ),
    )


async def _listing(store: ObjectStore, tenant: str, root: str) -> Capability:
    keys = [f"{root}/list/{number:02d}" for number in range(12)]
    for key in keys:
        await store.put_once(tenant, key, b"x")
    listed = [item.key async for page in store.pages(tenant, f"{root}/list/") for item in page]
    proven = listed == keys
    return Capability(
        "listing",
        proven,
        required=True,
        note=_words(
            proven,
            "Geschriebenes erscheint sofort und vollständig in der Liste.",
            "Die Liste ist unvollständig: Prüflauf und Wiederaufbau wären nicht verlässlich.",
        ),
    )


async def _experiments(store: Experiments, tenant: str, root: str) -> list[Capability]:
    wrong_secret = await store.refuses_wrong_secret(tenant)
    seen = [
        Capability(
            "credentials",
            wrong_secret,
            required=True,
            note=_words(
                wrong_secret,
                "Falsche und fehlende Zugangsdaten werden abgewiesen.",
                "Der Speicher lässt jeden herein: Zugriffsschutz einschalten.",
            ),
        )
    ]
    trials: tuple[tuple[str, Callable[[str, str], Awaitable[bool]], str, str], ...] = (
        (
            "conditional_write",
            store.keeps_first_on_condition,
            "Bedingtes Schreiben (If-None-Match) wirkt.",
            "Bedingtes Schreiben wirkt nicht; feste Schlüssel und Rücklesen ersetzen es.",
        ),
        (
            "versioning",
            store.keeps_versions,
            "Frühere Fassungen bleiben erhalten und lesbar.",
            "Keine Versionierung: Überschriebenes ist nur aus der Sicherung zu holen.",
        ),
        (
            "object_lock",
            store.refuses_locked_delete,
            "Gesperrte Fassungen lassen sich nicht löschen.",
            "Kein Löschschutz: Wer Zugangsdaten hat, kann Objekte löschen.",
        ),
    )
    for name, trial, good, bad in trials:
        proven = await trial(tenant, f"{root}/{name}")
        seen.append(Capability(name, proven, required=False, note=_words(proven, good, bad)))
    return seen


async def _clean(store: ObjectStore, tenant: str, root: str) -> None:
    try:
        keys = [item.key async for page in store.pages(tenant, f"{root}/") for item in page]
        for key in keys:
            await store.delete(tenant, key)
    except FilingError:
        # What stays lies under the probe's own prefix and is named by chance; it harms nothing,
        # and the probe's own answer must not be hidden by its cleaning up.
        return


def _pattern(size: int) -> bytes:
    """Bytes whose period does not divide the size of a part, so that swapped parts show."""
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def _words(proven: bool, good: str, bad: str) -> str:  # noqa: FBT001  the one thing it asks
    return good if proven else bad
