"""The certificate of a run (*Löschprotokoll*): what was destroyed when, by which rule, by whom.

It names nobody whose file it was: a file is named by its identifier, a digest of office and
Aktenzeichen. Whoever has the Aktenzeichen finds its file in it, nobody else learns one. Days of
events, reasons and holds are left out, since they speak of people: a date of birth is one.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from efile.errors import IntegrityBroken
from efile.index.ending.destroyed import Destroyed
from efile.index.ending.runs import Item, RunRow
from efile.integrity.digest import canonical_json, derive_key, keyed_hex
from efile.objects import layout, tombstone
from efile.ports import Signing

FORMAT = "efile-certificate-1"


def content(
    run: RunRow, gone: Sequence[Destroyed], items: Iterable[Item], done_us: int, secret: bytes
) -> dict[str, Any]:
    """Return what is certified."""
    return {
        "format": FORMAT,
        "tenant": run.tenant,
        "run": run.id,
        "purpose": run.purpose,
        "proposed_by": run.proposed_by,
        "proposed_at": utc(run.proposed_at_us),
        "approved_by": run.decided_by,
        "approved_at": utc(run.decided_at_us),
        "done_at": utc(done_us),
        "kept": sum(item.state == "kept" for item in items),
        "destroyed": [_line(row, secret) for row in gone],
    }


def _line(row: Destroyed, secret: bytes) -> dict[str, Any]:
    place = layout.tombstone_key(row.akte_id, row.document_id)
    said = tombstone.read(row.tombstone.encode(), secret, place)
    return {
        "akte": said.akte,
        "document": said.document,
        "kind": said.kind,
        "ground": said.ground,
        "rule": said.rule,
        "source": said.source,
        "documents": said.documents,
        "parts": said.parts,
        "size": said.size,
        "destroyed_at": utc(said.marked_at_us),
        "places": ranges(said.places),
        "tombstone": row.leaf,
        "unreadable_versions": row.kept,
    }


async def write(said: dict[str, Any], secret: bytes, signing: Signing | None) -> bytes:
    """Return the certificate, sealed, and signed where there is a key to sign with."""
    statement = canonical_json(said)
    whole: dict[str, Any] = {"certificate": said, "seal": _seal(said, secret)}
    if signing is not None:
        public, signature = await signing.sign(statement)
        whole |= {"public": public.hex(), "signature": signature.hex()}
    return canonical_json(whole)


def read(stored: bytes, secret: bytes, key: str, signing: Signing | None) -> dict[str, Any]:
    """Return what a stored certificate says.

    Raises:
        IntegrityBroken: it is unreadable or forged, or lies in another's place.
    """
    try:
        whole = json.loads(stored)
        said: dict[str, Any] = whole["certificate"]
        sound = hmac.compare_digest(whole["seal"], _seal(said, secret))
        sound &= said["format"] == FORMAT and layout.certificate_key(said["run"]) == key
        if signing is not None and "signature" in whole:
            public, signature = bytes.fromhex(whole["public"]), bytes.fromhex(whole["signature"])
            sound &= signing.is_signed(public, canonical_json(said), signature)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
        raise _altered(key) from exc
    if not sound:
        raise _altered(key)
    return said


def _seal(said: dict[str, Any], secret: bytes) -> str:
    key = derive_key(secret, "efile/certificate/v1", said["tenant"])
    return keyed_hex(key, canonical_json(said))


def utc(at_us: int) -> str:
    """Return a moment as ISO 8601, to the second."""
    return datetime.fromtimestamp(at_us // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def ranges(places: Sequence[int]) -> str:
    """Return numbers in order as ``1-3, 7``."""
    runs: list[list[int]] = []
    for place in places:
        if runs and place == runs[-1][-1] + 1:
            runs[-1][1:] = [place]
        else:
            runs.append([place])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def _altered(key: str) -> IntegrityBroken:
    return IntegrityBroken(
        "disposal_certificate_altered",
        "Ein Löschprotokoll ist unlesbar, verändert oder gefälscht.",
        remedy="Vorherige Fassung des Objekts im Speicher oder aus der Sicherung herstellen.",
        place=key,
    )
