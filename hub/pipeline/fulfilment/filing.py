"""Filing: every document of a case goes into its file, under the promise's own name."""

from __future__ import annotations

from efile import (
    FilingError,
    FilingRequest,
    IntegrityBroken,
    LargeFile,
    Part,
    StorageMisconfigured,
    StorageUnavailable,
)
from hub.core.errors import Conflict, HubError, Unavailable
from hub.store.database import Row
from hub.store.lanes import Promise

JSON = "application/json"

TRIES = 5
"""So often a document is filed before bytes that come back changed are a matter for humans."""


def filing_request(promise: Promise, data: bytes | LargeFile, message: Row | None) -> FilingRequest:
    """Return what the e-file is asked; the same for every attempt.

    Raises:
        Conflict: the promise names no case.
    """
    spec = promise.spec
    if lacks_case(promise):
        raise Conflict(
            "attachment_unassigned",
            "Eine Anlage nennt keinen Fall ihrer Nachricht; sie liegt noch in keiner Akte.",
            place=str(spec["name"]),
            remedy="Mit der Fallnummer freigeben; gehört sie in keine Akte, verwerfen.",
        )
    if not spec.get("case_key"):
        raise Conflict("promise_without_payload", "Der Ablage fehlen Dokument oder Fall.")
    mime = str(spec["mime"])
    name = str(spec.get("name") or f"{spec['doc_type']}{_ENDINGS[mime]}")
    return FilingRequest(
        tenant=promise.tenant,
        aktenzeichen=str(spec["case_key"]),
        akte_title=str(spec["akte"]),
        aktenplan="",
        vorgang=str(spec["vorgang"]),
        title=str(spec["title"]),
        doc_type=str(spec["doc_type"]),
        document_key=promise.id,
        source_id=promise.message_id,
        direction=spec["direction"],
        received_at_us=message["received_us"] if message else promise.made_us,
        filed_at_us=promise.made_us,
        actor="hub",
        parts=(Part(spec["role"], name, mime, data),),
        packable=spec["role"] == "message" or mime == JSON,
    )


def lacks_case(promise: Promise) -> bool:
    """Tell whether a promise is to file what came with a message, but nobody knows where."""
    return promise.kind == "file" and "name" in promise.spec and not promise.spec.get("case_key")


def refused_by_file(error: FilingError, promise: Promise) -> HubError:
    """Return the e-file's answer in the hub's words.

    A storage that lets nobody in concerns every document alike: they wait, and the operator is
    told once. Bytes that came back changed may have been changed on their way: a human is asked
    only when they stay so.
    """
    waits = isinstance(error, StorageUnavailable | StorageMisconfigured) or (
        isinstance(error, IntegrityBroken) and promise.attempts < TRIES
    )
    kind = Unavailable if waits else Conflict
    return kind(error.code, error.message, remedy=error.remedy, place=error.place)


_ENDINGS = {JSON: ".json", "application/xml": ".xml", "application/pdf": ".pdf"}
