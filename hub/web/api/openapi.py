"""The description of the door in OpenAPI 3.1, made of the route table and the settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from aiohttp import web

from hub.core.settings import Intake
from hub.web.api.bodies import UNIT
from hub.web.api.problems import KINDS, MEDIA_TYPE
from hub.web.api.units.receiving import ATTACHMENT, MESSAGE

RULES: web.AppKey[Intake] = web.AppKey("rules", Intake)

Schema = dict[str, Any]

_ELSEWHERE: Mapping[str, int] = {"database_not_durable": 503}
"""Problems of the house itself that any route may meet, and their status."""


class Described(Protocol):
    """A route, as far as its description goes."""

    @property
    def method(self) -> str:
        """HTTP method."""
        ...

    @property
    def path(self) -> str:
        """Address with its places in braces."""
        ...

    @property
    def name(self) -> str:
        """Name of the operation."""
        ...

    @property
    def summary(self) -> str:
        """What it is for, in German."""
        ...

    @property
    def public(self) -> bool:
        """Whether it needs no credential."""
        ...

    @property
    def takes_body(self) -> bool:
        """Whether it takes a message in."""
        ...

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of its parameters."""
        ...

    @property
    def answers(self) -> Mapping[int, str]:
        """What each good status means."""
        ...

    @property
    def problems(self) -> tuple[str, ...]:
        """Codes of what may be in the way."""
        ...


def _text(**more: object) -> Schema:
    return {"type": "string", **more}


def _maybe(**more: object) -> Schema:
    return {"type": ["string", "null"], **more}


_PARAMETERS: Mapping[str, Schema] = {
    "Idempotency-Key": {
        "in": "header",
        "description": "Eigener Wert je Nachricht; die Wiederholung sendet denselben. "
        "400 Tage lang gemerkt, je Absender.",
        "schema": _text(minLength=1, maxLength=200, pattern="^[!-~]+$"),
    },
    "Prefer": {
        "in": "header",
        "description": "„wait=N“: so viele Sekunden auf das Ergebnis der Prüfung warten "
        "(RFC 7240).",
        "schema": _text(examples=["wait=10"]),
    },
    "Content-Disposition": {
        "in": "header",
        "description": "Name der Nachricht beim Absender; nur zur Anzeige.",
        "schema": _text(examples=['attachment; filename="Bescheid_000102.xml"']),
    },
    "tenant": {
        "in": "query",
        "description": "Mandant; muss, wenn angegeben, der des Zugangs sein.",
        "schema": _text(),
    },
    "channel": {
        "in": "query",
        "description": "Kanal; muss, wenn angegeben, der des Zugangs sein.",
        "schema": _text(),
    },
    "message_id": {
        "in": "path",
        "required": True,
        "description": "Kennung aus der Antwort auf die Einlieferung.",
        "schema": _text(),
    },
}

_FINDING: Schema = {
    "type": "object",
    "required": ["rule", "message"],
    "properties": {
        "rule": _text(),
        "level": _text(enum=["error", "warning", "info"]),
        "message": _text(),
        "line": {"type": ["integer", "null"]},
        "column": {"type": ["integer", "null"]},
        "row": {"type": ["integer", "null"]},
        "path": _maybe(),
        "field": _maybe(),
    },
}

_MESSAGE: Schema = {
    "message_id": _text(format="uuid"),
    "state": _text(enum=["received", "routed", "closed", "refused", "clearing", "duplicate"]),
    "verdict": _maybe(enum=["passed", "failed", "not_checkable", None]),
    "kind": _maybe(),
    "business_id": _maybe(),
    "received_at": _text(format="date-time"),
    "size_bytes": {"type": "integer"},
    "sha256": _text(),
    "attachments": {"type": "integer"},
    "duplicate_of": _maybe(),
    "findings": {"type": "array", "items": {"$ref": "#/components/schemas/Finding"}},
    "receipt": _maybe(),
}

_SCHEMAS: Mapping[str, Schema] = {
    "Finding": _FINDING,
    "Message": {
        "type": "object",
        "required": [*_MESSAGE, "code"],
        "properties": {**_MESSAGE, "code": _maybe()},
    },
    "Problem": {
        "type": "object",
        "description": "RFC 9457. Bei einer abgelehnten Nachricht mit deren Angaben.",
        "required": ["type", "title", "status", "detail", "code", "remedy", "correlation_id"],
        "properties": {
            "type": _text(),
            "title": _text(),
            "status": {"type": "integer"},
            "detail": _text(),
            "code": _text(),
            "remedy": _text(),
            "correlation_id": _text(),
            "max_bytes": {"type": "integer"},
            "max_attachments": {"type": "integer"},
            "media_types": {"type": "array", "items": _text()},
            "part": {"type": "integer"},
            **_MESSAGE,
        },
    },
}

_HEADERS: Mapping[str, Schema] = {
    "Location": {"schema": _text(), "description": "Adresse des Standes der Nachricht."},
    "Idempotent-Replayed": {
        "schema": _text(enum=["true"]),
        "description": "Die Nachricht war mit diesem Schlüssel schon angenommen.",
    },
    "Preference-Applied": {"schema": _text(), "description": "Der beachtete Wunsch."},
    "Retry-After": {"schema": {"type": "integer"}, "description": "Sekunden bis zum Versuch."},
    "WWW-Authenticate": {"schema": _text(), "description": "Wie man sich ausweist."},
}
_RETRIED = frozenset({409, 429, 503})


def description(routes: Sequence[Described], rules: Intake) -> Schema:
    """Return the whole description."""
    paths: dict[str, Schema] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, rules)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "aktenhub: Nachrichten einliefern",
            "version": "1",
            "description": "Eine Nachricht gilt als angenommen, sobald 200 oder 202 kam.",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": _SCHEMAS,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "certificate": {"type": "mutualTLS"},
            },
        },
    }


def _operation(route: Described, rules: Intake) -> Schema:
    told: Schema = {
        "operationId": route.name,
        "summary": route.summary,
        "security": [] if route.public else [{"token": []}, {"certificate": []}],
        "parameters": [_parameter(name, rules) for name in _names(route)],
        "responses": {str(status): answer for status, answer in _responses(route)},
    }
    if route.takes_body:
        content = {name: {"schema": _text(format="binary")} for name in rules.media_types}
        told["requestBody"] = {
            "required": True,
            "description": f"Höchstens {rules.max_bytes} Byte, ungepackt; mit Anlagen zusammen "
            f"höchstens {rules.max_unit_bytes} Byte.",
            "content": content | (_unit(rules) if rules.max_attachments else {}),
        }
    return told


def _unit(rules: Intake) -> Schema:
    """Describe a message with attachments."""
    attachments = {
        "type": "array",
        "maxItems": rules.max_attachments,
        "items": _text(format="binary"),
        "description": "Jede mit eigenem Dateinamen (filename); nach der Nachricht.",
    }
    message = _text(format="binary", description="Die Nachricht; immer der erste Teil.")
    return {
        UNIT: {
            "schema": {
                "type": "object",
                "required": [MESSAGE],
                "properties": {MESSAGE: message, ATTACHMENT: attachments},
            },
            "encoding": {
                MESSAGE: {"contentType": ", ".join(rules.media_types)},
                ATTACHMENT: {"contentType": "*/*"},
            },
        }
    }


def _names(route: Described) -> Iterable[str]:
    if "{message_id}" in route.path:
        yield "message_id"
    yield from route.parameters


def _parameter(name: str, rules: Intake) -> Schema:
    required = name == "Idempotency-Key" and rules.idempotency_key == "required"
    return {"name": name, **_PARAMETERS[name]} | ({"required": True} if required else {})


def _responses(route: Described) -> Iterable[tuple[int, Schema]]:
    for status, text in route.answers.items():
        yield status, {"description": text, "content": _content(route), **_with(route, status)}
    for status in sorted({status_of(code) for code in route.problems}):
        codes = sorted(code for code in route.problems if status_of(code) == status)
        text = "; ".join(f"{code}: {KINDS[code].detail}" for code in codes if code in KINDS)
        schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
        yield (
            status,
            {
                "description": text or "Vorübergehend nicht möglich.",
                "content": {MEDIA_TYPE: schema},
                **_with(route, status),
            },
        )


def status_of(code: str) -> int:
    """Return the status a problem is answered with."""
    return KINDS[code].status if code in KINDS else _ELSEWHERE[code]


def _content(route: Described) -> Schema:
    if route.name == "getReceipt":
        return {"application/xml": {"schema": _text()}}
    if route.public:
        return {"application/json": {"schema": {"type": "object"}}}
    return {"application/json": {"schema": {"$ref": "#/components/schemas/Message"}}}


def _with(route: Described, status: int) -> Schema:
    names = []
    if route.takes_body and status in {200, 202}:
        names = ["Location", "Idempotent-Replayed", "Preference-Applied"]
    elif status in _RETRIED:
        names = ["Retry-After"]
    elif status == 401:  # noqa: PLR2004  the status of who is not known
        names = ["WWW-Authenticate"]
    return {"headers": {name: _HEADERS[name] for name in names}} if names else {}
