"""Every address of the door for senders, with all it may answer; the description is made of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from hub.web.api import openapi
from hub.web.api.fates import PATH, get_message, get_receipt
from hub.web.api.posting import post_message

Handler = Callable[[web.Request], Awaitable[web.Response]]

_EVERYWHERE: Final = ("request_invalid", "internal_error", "database_not_durable")
_KNOWN: Final = (
    "sender_unknown", "certificate_revoked", "revocation_unknown", "foreign_channel",
    "sender_too_busy", "door_too_busy",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One address of the door."""

    method: str
    path: str
    name: str
    """Stable word; the operation's name in the description."""
    handler: Handler
    summary: str
    public: bool = False
    """Needs no credential."""
    takes_body: bool = False
    parameters: tuple[str, ...] = ()
    """Names of the parameters beside those in the path."""
    answers: Mapping[int, str] = field(default_factory=dict)
    """What each good status means."""
    problems: tuple[str, ...] = ()
    """Codes of what may be in the way."""


async def describe(request: web.Request) -> web.Response:
    """Give the description of the door, made of this very table."""
    return web.json_response(openapi.description(ROUTES, request.app[openapi.RULES]))


ROUTES: Final = (
    Route(
        method="POST", path=PATH, name="postMessage", handler=post_message,
        summary="Eine Nachricht einliefern",
        takes_body=True,
        parameters=("Idempotency-Key", "Prefer", "Content-Disposition", "tenant", "channel"),
        answers={
            200: "Angenommen und fachlich geprüft; nur wenn gewartet werden sollte (Prefer: wait).",
            202: "Dauerhaft angenommen; das Ergebnis der Prüfung steht noch aus.",
        },
        problems=(
            *_KNOWN, "idempotency_key_missing", "idempotency_key_invalid",
            "idempotency_key_in_progress", "idempotency_key_reused", "media_type_unsupported",
            "content_encoded", "body_too_large", "body_too_slow", "body_incomplete",
            "multipart_invalid", "part_unexpected", "part_headers_too_large", "part_nested",
            "part_encoded", "attachment_name_invalid", "attachment_name_repeated",
            "attachments_too_many", "attachment_too_large", "message_refused", "door_shut",
            *_EVERYWHERE,
        ),
    ),
    Route(
        method="GET", path=f"{PATH}/{{message_id}}", name="getMessage", handler=get_message,
        summary="Stand einer eigenen Nachricht",
        parameters=("tenant", "channel"),
        answers={200: "Der Stand der Nachricht."},
        problems=(*_KNOWN, "not_found", *_EVERYWHERE),
    ),
    Route(
        method="GET", path=f"{PATH}/{{message_id}}/receipt", name="getReceipt",
        handler=get_receipt, summary="Quittung einer eigenen Nachricht",
        parameters=("tenant", "channel"),
        answers={200: "Die Quittung, Byte für Byte wie im Ausgang."},
        problems=(*_KNOWN, "not_found", *_EVERYWHERE),
    ),
    Route(
        method="GET", path="/api/v1/openapi.json", name="getDescription", handler=describe,
        summary="Diese Beschreibung", public=True,
        answers={200: "OpenAPI 3.1."},
        problems=("request_invalid", "internal_error"),
    ),
)  # fmt: skip
