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

from efile.errors import Conflict, FilingError, IntegrityBroken, NotFound
from efile.model import Capability
from efile.objects.layout import PROBE_ROOT
from efile.ports import ObjectStore

_MULTIPART_BYTES = 20 * 1024 * 1024 + 1
"""More than one part of 16 MiB."""


Trial = Callable[[ObjectStore, str, str], Awaitable[bool]]


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

    async def shows_deletions(self, tenant: str, key: str) -> bool:
        """Whether a deletion leaves a marker that is listed, and the bytes beneath it."""
        ...

    async def refuses_locked_delete(self, tenant: str, key: str) -> bool:
        """Whether a version under GOVERNANCE retention cannot be deleted."""
        ...

    async def refuses_held_delete(self, tenant: str, key: str) -> bool:
        """Whether a version under legal hold cannot be deleted, and can be afterwards."""
        ...


async def probe(store: ObjectStore, tenant: str) -> list[Capability]:
    """Try everything out and return what was seen, in words for the operator.

    Raises:
        StorageUnavailable: the storage cannot be reached, so nothing can be said.
        StorageMisconfigured: the storage refuses us altogether.
    """
    root = f"{PROBE_ROOT}{uuid.uuid4()}"
    try:
        seen = await _basics(store, tenant, root)
        if isinstance(store, Experiments):
            seen += await _experiments(store, tenant, root)
    finally:
        await _clean(store, tenant, root)
    return seen


async def _basics(store: ObjectStore, tenant: str, root: str) -> list[Capability]:
    trials: tuple[tuple[str, Trial, str, str], ...] = (
        (
            "round_trip",
            _round_trip,
            "0 Bytes, 1 Byte und 20 MB kamen unverändert zurück.",
            "Geschriebenes kam verändert zurück: Dieser Speicher ist nicht verwendbar.",
        ),
        (
            "range",
            _range,
            "Ausschnitte werden richtig geliefert.",
            "Ausschnitte werden falsch geliefert: Dieser Speicher ist nicht verwendbar.",
        ),
        (
            "put_once",
            _put_once,
            "Ein vorhandenes Objekt wird nicht überschrieben.",
            "Ein vorhandenes Objekt wurde überschrieben: Dieser Speicher ist nicht verwendbar.",
        ),
        (
            "listing",
            _listing,
            "Geschriebenes erscheint sofort und vollständig in der Liste.",
            "Die Liste ist unvollständig: Prüflauf und Wiederaufbau wären nicht verlässlich.",
        ),
        (
            "destruction",
            _destruction,
            "Vernichtetes ist mit allen Fassungen weg.",
            "Vernichtetes bleibt liegen; meist ist am Bucket eine Frist voreingestellt.",
        ),
    )
    seen = []
    for name, trial, good, bad in trials:
        try:
            proven = await trial(store, tenant, f"{root}/{name}")
        except (IntegrityBroken, NotFound, Conflict):
            # The store answered, but not with what was written.
            proven = False
        note, required = good if proven else bad, name != "destruction"
        seen.append(Capability(name, proven, required=required, note=note))
    return seen


async def _round_trip(store: ObjectStore, tenant: str, root: str) -> bool:
    for size in (0, 1, _MULTIPART_BYTES):
        key, data = f"{root}/{size}", _pattern(size)
        await store.put_once(tenant, key, data)
        same = await store.get(tenant, key) == data
        if not same or (await store.head(tenant, key)).size != size:
            return False
    return True


async def _range(store: ObjectStore, tenant: str, root: str) -> bool:
    data = _pattern(1000)
    await store.put_once(tenant, f"{root}/x", data)
    middle = await store.get_range(tenant, f"{root}/x", 100, 50)
    end = await store.get_range(tenant, f"{root}/x", 990, 50)
    return middle == data[100:150] and end == data[990:]


async def _put_once(store: ObjectStore, tenant: str, root: str) -> bool:
    await store.put_once(tenant, f"{root}/x", b"first")
    try:
        await store.put_once(tenant, f"{root}/x", b"other")
    except Conflict:
        return await store.get(tenant, f"{root}/x") == b"first"
    return False


async def _listing(store: ObjectStore, tenant: str, root: str) -> bool:
    keys = [f"{root}/{number:02d}" for number in range(12)]
    for key in keys:
        await store.put_once(tenant, key, b"x")
    listed = [item.key async for page in store.pages(tenant, f"{root}/") for item in page]
    return listed == keys


async def _destruction(store: ObjectStore, tenant: str, root: str) -> bool:
    await store.put_once(tenant, f"{root}/x", b"gone")
    remaining = await store.destroy(tenant, f"{root}/x")
    return remaining == 0 and not await store.versions(tenant, f"{root}/x")


async def _experiments(store: Experiments, tenant: str, root: str) -> list[Capability]:
    refused = await store.refuses_wrong_secret(tenant)
    good = "Falsche und fehlende Zugangsdaten werden abgewiesen."
    bad = "Der Speicher lässt jeden herein: Zugriffsschutz einschalten."
    seen = [Capability("credentials", refused, required=True, note=good if refused else bad)]
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
            "deletions_shown",
            store.shows_deletions,
            "Gelöschtes bleibt unter einer Löschmarke erhalten und wird gemeldet.",
            "Gelöschtes ist sofort weg: Es ist nur aus der Sicherung zu holen.",
        ),
        (
            "object_lock",
            store.refuses_locked_delete,
            "Gesperrte Fassungen lassen sich nicht löschen.",
            "Kein Löschschutz: Wer Zugangsdaten hat, kann Objekte löschen.",
        ),
        (
            "legal_hold",
            store.refuses_held_delete,
            "Eine Sperre ohne Frist (Legal Hold) hält Fassungen fest, bis sie aufgehoben wird.",
            "Kein Legal Hold im Speicher: Löschsperren der Akten wirken nur im Programm.",
        ),
    )
    for name, trial, good, bad in trials:
        proven = await trial(tenant, f"{root}/{name}")
        seen.append(Capability(name, proven, required=False, note=good if proven else bad))
    return seen


async def _clean(store: ObjectStore, tenant: str, root: str) -> None:
    """Remove what was written, with its versions: of 20 MB a probe nothing may stay."""
    try:
        for key in sorted({each.key for each in await store.versions(tenant, f"{root}/")}):
            await store.destroy(tenant, key)
    except FilingError:
        # What stays lies under the probe's own prefix and is named by chance; it harms nothing,
        # and the probe's own answer must not be hidden by its cleaning up.
        return


def _pattern(size: int) -> bytes:
    """Bytes whose period does not divide the size of a part, so that swapped parts show."""
    return (bytes(range(251)) * (size // 251 + 1))[:size]
