"""What the end of an HTTPS exchange means, in terms of who must act."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import aiohttp

from hub.core.errors import HubError, Misconfigured, OutcomeUnknown, Refused, Unavailable

_NOTHING_DONE = frozenset({408, 425, 429, 503})
_MESSAGE_REFUSED = frozenset({400, 413, 415, 422})
_NOT_ALLOWED = frozenset({401, 403})
NOT_THERE = 404
_GONE = frozenset({NOT_THERE, 410})
_LONGEST_WISH_S = 30 * 86_400.0
"""A number of any length may be sent; beyond this no deadline reaches anyway."""
_CERTIFICATE_ALERTS = ("CERTIFICATE", "UNKNOWN_CA", "ACCESS_DENIED", "HANDSHAKE_FAILURE")


def failure(exc: Exception, url: str, *, connected: bool) -> HubError:
    """Say what an exchange without a status means."""
    if isinstance(exc, aiohttp.InvalidURL):
        return url_invalid(url)
    if isinstance(exc, aiohttp.ClientConnectorCertificateError):
        return _server_not_trusted(url)
    if _is_certificate_alert(exc):
        return _client_not_trusted(url)
    if connected:
        return OutcomeUnknown(
            "no_answer",
            "Die Nachricht wurde abgeschickt, aber die Gegenstelle hat nicht geantwortet.",
            place=url,
            remedy="Beim Partner klären, ob die Nachricht angekommen ist; nicht blind wiederholen.",
        )
    return Unavailable(
        "partner_unreachable",
        "Die Gegenstelle ist nicht erreichbar.",
        place=url,
        remedy="Es wird von selbst erneut versucht; bei Dauer Netz und Adresse prüfen.",
    )


def _is_certificate_alert(exc: BaseException) -> bool:
    """An alert about our certificate proves that the partner processed nothing."""
    cause: BaseException | None = exc
    while cause is not None:
        reason = getattr(cause, "reason", None) if isinstance(cause, ssl.SSLError) else None
        if isinstance(reason, str) and "ALERT" in reason:
            return any(word in reason for word in _CERTIFICATE_ALERTS)
        cause = cause.__cause__ or cause.__context__
    return False


def refusal(status: int, headers: Mapping[str, str], url: str) -> HubError:
    """Say what a status other than success means."""
    if status in _NOTHING_DONE:
        return Unavailable(
            "partner_busy",
            f"Die Gegenstelle nimmt zurzeit nichts an (Status {status}).",
            place=url,
            remedy="Es wird von selbst erneut versucht.",
            retry_after_s=_retry_after_s(headers),
        )
    if status in _NOT_ALLOWED:
        return Misconfigured(
            "partner_denies_access",
            f"Die Gegenstelle verweigert den Zugang (Status {status}).",
            place=url,
            remedy="Zulassung und Client-Zertifikat prüfen; danach geht es von selbst weiter.",
        )
    if status in _GONE:
        return address_unknown(url)
    if 300 <= status < 400:  # noqa: PLR2004 - the class of redirects
        return Misconfigured(
            "partner_redirects",
            f"Die Gegenstelle verweist auf eine andere Adresse (Status {status}).",
            place=url,
            remedy="Die neue Adresse prüfen und in hub.toml eintragen.",
        )
    return _message_refused(status, url) if status < 500 else _server_failed(status, url)  # noqa: PLR2004 - the class of server faults


def _message_refused(status: int, url: str) -> HubError:
    code = "partner_rejects_message" if status in _MESSAGE_REFUSED else "partner_rejects_request"
    return Refused(
        code,
        f"Die Gegenstelle nimmt die Nachricht nicht an (Status {status}).",
        place=url,
        remedy="Nachricht prüfen und berichtigt erneut auslösen.",
    )


def _server_failed(status: int, url: str) -> OutcomeUnknown:
    return OutcomeUnknown(
        "partner_failed",
        f"Die Gegenstelle meldet einen Fehler (Status {status}); der Ausgang ist offen.",
        place=url,
        remedy="Beim Partner klären, ob die Nachricht verarbeitet wurde.",
    )


def answer_unusable(code: str, why: str, url: str) -> OutcomeUnknown:
    """The partner said yes, but what it said cannot be taken."""
    return OutcomeUnknown(
        code,
        f"Die Antwort der Gegenstelle ist {why}.",
        place=url,
        remedy="Mit dem Partner klären; die Nachricht gilt dort vermutlich als angenommen.",
    )


def address_unknown(url: str) -> Misconfigured:
    """Nothing is served at this address."""
    return Misconfigured(
        "partner_address_unknown",
        "Unter dieser Adresse gibt es bei der Gegenstelle nichts.",
        place=url,
        remedy="Adresse unter [[https]] in hub.toml berichtigen und den Dienst neu starten.",
    )


def no_information(url: str) -> Unavailable:
    """The partner was asked what became of a delivery, and could not say."""
    return Unavailable(
        "inquiry_unanswered",
        "Die Gegenstelle gibt zurzeit keine Auskunft über eine frühere Nachricht.",
        place=url,
        remedy="Es wird von selbst erneut nachgefragt.",
    )


def _server_not_trusted(url: str) -> Misconfigured:
    return Misconfigured(
        "server_certificate_refused",
        "Das Zertifikat der Gegenstelle passt nicht zu Name oder Vertrauensankern.",
        place=url,
        remedy="Adresse prüfen; bei neuer Partner-CA deren Anker mit „certs trust“ einspielen.",
    )


def _client_not_trusted(url: str) -> Misconfigured:
    return Misconfigured(
        "client_certificate_refused",
        "Die Gegenstelle weist unser Zertifikat zurück.",
        place=url,
        remedy="Laufzeit und Zulassung des Zertifikats prüfen (certs show, certs check).",
    )


def url_invalid(url: str) -> Misconfigured:
    """The address is not one this door opens."""
    return Misconfigured(
        "url_invalid",
        "Die Adresse der Gegenstelle ist keine HTTPS-Adresse.",
        place=url,
        remedy="url unter [[https]] in hub.toml berichtigen.",
    )


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return the wish of the partner; a date counts from the partner's own clock."""
    wish = headers.get("Retry-After", "").strip()
    if wish.isascii() and wish.isdigit():
        return min(float(wish), _LONGEST_WISH_S)
    try:
        until, now = parsedate_to_datetime(wish), parsedate_to_datetime(headers.get("Date", ""))
        return min(max(0.0, (until - now).total_seconds()), _LONGEST_WISH_S)
    except (ValueError, TypeError):
        return None
