"""Why a request was not served, as ``application/problem+json`` (RFC 9457), in German.

A problem says what happened, whose turn it is and what to do; never what another sender has,
and never the words of an exception.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from hub.core.errors import HubError, Misconfigured, Rejected, Unavailable

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 10
"""When nobody knows better: often enough to go on soon, seldom enough not to be a burden."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of problem."""

    status: int
    title: str
    detail: str
    remedy: str


KINDS: Mapping[str, Kind] = {
    "sender_unknown": Kind(
        401, "Nicht angemeldet",
        "Der Absender ist nicht bekannt, oder sein Zugang ist abgelaufen oder gesperrt.",
        "Gültiges Token oder Client-Zertifikat verwenden; Zugänge vergibt der Betrieb.",
    ),
    "foreign_channel": Kind(
        403, "Nicht erlaubt",
        "Dieser Zugang gilt nicht für den genannten Mandanten oder Kanal.",
        "Angaben weglassen oder den Zugang des genannten Kanals verwenden.",
    ),
    "certificate_revoked": Kind(
        403, "Zertifikat gesperrt",
        "Die ausstellende Stelle hat dieses Client-Zertifikat gesperrt; nichts wurde angenommen.",
        "Ein neues Zertifikat verwenden und es beim Betrieb zulassen lassen.",
    ),
    "revocation_unknown": Kind(
        503, "Zertifikat nicht prüfbar",
        "Ob das Client-Zertifikat gesperrt ist, lässt sich zurzeit nicht prüfen; es wurde nichts "
        "angenommen.",
        "Nach der genannten Zeit erneut senden; bleibt es dabei, den Betrieb verständigen.",
    ),
    "not_found": Kind(
        404, "Nicht gefunden",
        "Diese Adresse gibt es nicht, oder die Nachricht ist keine eigene.",
        "Adresse aus der Antwort auf die Einlieferung unverändert verwenden.",
    ),
    "method_not_allowed": Kind(
        405, "So nicht möglich",
        "Diese Adresse lässt sich so nicht aufrufen.",
        "Die Schnittstellenbeschreibung nennt die möglichen Aufrufe (/api/v1/openapi.json).",
    ),
    "body_too_slow": Kind(
        408, "Zu langsam",
        "Der Inhalt kam zu langsam; es wurde nichts angenommen.",
        "Verbindung prüfen und mit demselben Idempotency-Key erneut senden.",
    ),
    "body_incomplete": Kind(
        400, "Unvollständig",
        "Der Inhalt brach ab; es wurde nichts angenommen.",
        "Mit demselben Idempotency-Key erneut senden.",
    ),
    "idempotency_key_missing": Kind(
        400, "Schlüssel fehlt",
        "Der Kopf Idempotency-Key fehlt; ohne ihn ließe sich eine Wiederholung nicht erkennen.",
        "Je Nachricht einen eigenen, neuen Wert senden, bei der Wiederholung denselben.",
    ),
    "idempotency_key_invalid": Kind(
        400, "Schlüssel unzulässig",
        "Der Idempotency-Key muss aus 1 bis 200 sichtbaren ASCII-Zeichen bestehen.",
        "Zum Beispiel eine UUID verwenden.",
    ),
    "idempotency_key_in_progress": Kind(
        409, "Schon in Arbeit",
        "Eine Anfrage mit demselben Idempotency-Key wird gerade bearbeitet.",
        "Kurz warten und mit demselben Schlüssel erneut fragen.",
    ),
    "idempotency_key_reused": Kind(
        422, "Schlüssel schon verwendet",
        "Dieser Idempotency-Key wurde schon für eine andere Nachricht verwendet.",
        "Für jede Nachricht einen neuen Schlüssel verwenden.",
    ),
    "body_too_large": Kind(
        413, "Zu groß",
        "Der Inhalt ist größer als vereinbart.",
        "Inhalt auf mehrere Nachrichten verteilen.",
    ),
    "media_type_unsupported": Kind(
        415, "Inhaltstyp nicht vereinbart",
        "Content-Type fehlt oder ist nicht vereinbart.",
        "Einen der Typen aus der Schnittstellenbeschreibung angeben.",
    ),
    "content_encoded": Kind(
        415, "Gepackter Inhalt",
        "Gepackte Inhalte (Content-Encoding) werden nicht angenommen.",
        "Den Inhalt ungepackt senden.",
    ),
    "multipart_invalid": Kind(
        400, "Keine gültige Einheit",
        "Der Inhalt ist kein vollständiges multipart/form-data nach RFC 7578; „part“ nennt den "
        "Teil, bei dem das auffiel. Es wurde nichts angenommen.",
        "Teile mit einer fertigen Bibliothek schreiben: je Teil Content-Disposition: form-data in "
        "UTF-8, kein Text vor dem ersten und nach dem letzten Teil, Trenner am Ende mit „--“.",
    ),
    "part_unexpected": Kind(
        400, "Teil nicht vorgesehen",
        "Der erste Teil muss das Feld „message“ sein, jeder weitere das Feld „attachment“.",
        "Die Nachricht als ersten Teil „message“ senden, jede Anlage danach als „attachment“.",
    ),
    "part_headers_too_large": Kind(
        400, "Köpfe zu lang",
        "Die Köpfe eines Teils sind zusammen länger als 8 KiB.",
        "Kürzeren Dateinamen verwenden und nur die nötigen Köpfe senden.",
    ),
    "part_nested": Kind(
        415, "Verschachtelt",
        "Ein Teil ist selbst aus Teilen zusammengesetzt (multipart/…).",
        "Jede Anlage als eigenen Teil der einen Einheit senden.",
    ),
    "part_encoded": Kind(
        415, "Kodierter Teil",
        "Ein Teil ist kodiert oder gepackt (Content-Transfer-Encoding, Content-Encoding).",
        "Die Bytes jedes Teils unverändert senden (binary).",
    ),
    "attachment_name_invalid": Kind(
        400, "Name der Anlage unzulässig",
        "Eine Anlage hat keinen Dateinamen oder einen, den auch der Eingangsordner nicht nähme: "
        "länger als 255 Byte, versteckt, mit der Endung einer unfertigen Datei oder einer "
        "Begleitdatei.",
        "Im Content-Disposition der Anlage einen gewöhnlichen Dateinamen angeben (filename).",
    ),
    "attachment_name_repeated": Kind(
        400, "Name der Anlage doppelt",
        "Zwei Anlagen derselben Nachricht tragen denselben Dateinamen.",
        "Jeder Anlage einen eigenen Namen geben.",
    ),
    "attachments_too_many": Kind(
        413, "Zu viele Anlagen",
        "Die Nachricht hat mehr Anlagen als vereinbart.",
        "Anlagen auf mehrere Nachrichten verteilen.",
    ),
    "attachment_too_large": Kind(
        413, "Anlage zu groß",
        "Eine Anlage ist größer als vereinbart.",
        "Die Anlage in mehrere Dateien teilen.",
    ),
    "sender_too_busy": Kind(
        429, "Zu viele Anfragen zugleich",
        "Von diesem Absender sind schon so viele Anfragen in Arbeit, wie vereinbart ist.",
        "Antworten abwarten und dann fortfahren.",
    ),
    "door_too_busy": Kind(
        503, "Ausgelastet",
        "Es sind schon so viele Anfragen in Arbeit, wie die Annahme verträgt.",
        "Nach der genannten Zeit mit demselben Idempotency-Key erneut senden.",
    ),
    "door_shut": Kind(
        503, "Geschlossen",
        "Der Dienst startet oder endet gerade; es wurde nichts angenommen.",
        "Nach der genannten Zeit mit demselben Idempotency-Key erneut senden.",
    ),
    "message_refused": Kind(
        422, "Nachricht abgelehnt",
        "Die Nachricht wurde abgelehnt.",
        "Nach den Befunden berichtigen und unter neuem Idempotency-Key senden.",
    ),
    "request_invalid": Kind(
        400, "Anfrage unverständlich",
        "Die Anfrage ist kein gültiges HTTP.",
        "Anfrage prüfen; Köpfe sind auf 8 KiB je Zeile begrenzt.",
    ),
    "internal_error": Kind(
        500, "Unerwarteter Fehler",
        "Die Anfrage ist unerwartet abgebrochen; ob etwas angenommen wurde, zeigt eine "
        "Wiederholung mit demselben Idempotency-Key.",
        "Mit demselben Idempotency-Key erneut senden; bleibt es dabei, den Betrieb verständigen.",
    ),
}  # fmt: skip
"""Every sort of problem of this door; the code is the key."""


class Problem(Exception):
    """Die Anfrage wird nicht ausgeführt."""

    def __init__(
        self,
        code: str,
        *,
        kind: Kind | None = None,
        members: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.code = code
        self.kind = kind or KINDS[code]
        self.members = members or {}
        self.headers = headers or {}
        super().__init__(code)


def answer(problem: Problem, correlation: str) -> web.Response:
    """Return the answer that says why."""
    kind = problem.kind
    document = {
        "type": f"urn:aktenhub:problem:{problem.code}",
        "title": kind.title,
        "status": kind.status,
        "detail": kind.detail,
        "code": problem.code,
        "remedy": kind.remedy,
        "correlation_id": correlation,
        **problem.members,
    }
    response = web.json_response(document, status=kind.status, content_type=MEDIA_TYPE)
    response.headers.update(problem.headers)
    return response


def problem_of(error: BaseException) -> Problem:
    """Put an error of the house into the words of this door."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Unavailable):
        wait = str(int(error.retry_after_s or RETRY_AFTER_S))
        return _spoken(503, "Vorübergehend nicht möglich", error, {"Retry-After": wait})
    if isinstance(error, Rejected):
        return _spoken(422, "Nachricht abgelehnt", error, {})
    if isinstance(error, Misconfigured):
        return _spoken(500, "Einrichtung fehlerhaft", error, {})
    return _of_http(error) if isinstance(error, web.HTTPException) else Problem("internal_error")


def _spoken(status: int, title: str, error: HubError, headers: Mapping[str, str]) -> Problem:
    kind = Kind(status, title, error.message, error.remedy)
    return Problem(error.code, kind=kind, headers=headers)


_BY_STATUS = {404: "not_found", 405: "method_not_allowed"}


def _of_http(error: web.HTTPException) -> Problem:
    headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
    return Problem(_BY_STATUS.get(error.status, "request_invalid"), headers=headers)
