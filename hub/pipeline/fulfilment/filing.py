"""Filing: every document of a case goes into its file, under the promise's own name."""

from __future__ import annotations

from efile import FilingError, FilingRequest, Part, StorageUnavailable
from hub.core import failpoint
from hub.core.errors import Conflict, Unavailable
from hub.pipeline.fulfilment.ending import end
from hub.pipeline.house import House
from hub.store import messages
from hub.store.lanes import Promise

failpoint.declare("file_before", "file_after")

AKTENPLAN = "51.3 Unterhaltsvorschuss"
"""Class of every benefit file in the offices' file plan (*Aktenplan*)."""


async def file_document(promise: Promise, house: House) -> None:
    """Put a document into the e-file of its case."""
    request = await _filing(promise, house)
    failpoint.reach("file_before")
    try:
        filed = await house.efile.file(request)
    except StorageUnavailable as exc:
        raise Unavailable(exc.code, exc.message, remedy=exc.remedy) from exc
    except FilingError as exc:
        raise Conflict(exc.code, exc.message, remedy=exc.remedy) from exc
    failpoint.reach("file_after")
    facts = {"document": filed.id, "type": promise.spec["doc_type"], "title": request.title}
    await end(promise, house, "filed", digest=filed.sha256, facts=facts)


async def _filing(promise: Promise, house: House) -> FilingRequest:
    spec = promise.spec
    if promise.payload_sha256 is None or not spec.get("case_key"):
        raise Conflict("promise_without_payload", "Der Ablage fehlen Dokument oder Fall.")
    message = await house.database.read(
        lambda tx: messages.find(tx, promise.tenant, promise.message_id)
    )
    name = str(spec.get("name") or f"{spec['doc_type']}{_ENDINGS[str(spec['mime'])]}")
    data = await house.payloads.get(promise.tenant, promise.payload_sha256)
    return FilingRequest(
        tenant=promise.tenant,
        aktenzeichen=str(spec["case_key"]),
        akte_title=str(spec["akte"]),
        aktenplan=AKTENPLAN,
        vorgang=str(spec["vorgang"]),
        title=str(spec["title"]),
        doc_type=str(spec["doc_type"]),
        document_key=promise.id,
        source_id=promise.message_id,
        direction=spec["direction"],
        received_at_us=message["received_us"] if message else promise.made_us,
        filed_at_us=promise.made_us,
        actor="hub",
        parts=(Part(spec["role"], name, str(spec["mime"]), data),),
    )


_ENDINGS = {"application/json": ".json", "application/xml": ".xml", "application/pdf": ".pdf"}
