"""Errors as people see them: what happened, whose turn it is, what to do; never a traceback."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from efile import Conflict as FileConflict
from efile import FilingError, InvalidRequest, NotDisplayable, NotFound, StorageUnavailable
from hub.core.errors import (
    Conflict,
    HubError,
    Misconfigured,
    NotChecked,
    OutcomeUnknown,
    Refused,
    Rejected,
    Unavailable,
)


class Denied(HubError):
    """Der Zugriff ist nicht möglich."""

    def __init__(self, status: int, code: str) -> None:
        what, remedy = _DENIALS[code]
        super().__init__(code, what, remedy=remedy)
        self.status = status


_DENIALS = {
    "no_session": (
        "Sie sind nicht angemeldet oder Ihre Sitzung ist abgelaufen.",
        "Bitte melden Sie sich an.",
    ),
    "wrong_role": (
        "Ihr Konto hat für diese Seite keine Berechtigung.",
        "Wenn Sie die Seite für Ihre Arbeit brauchen, wenden Sie sich an Ihre Administration.",
    ),
    "not_found": (
        "Diese Seite oder dieses Objekt gibt es nicht.",
        "Prüfen Sie die Adresse oder suchen Sie über die Aktenliste.",
    ),
    "method_not_allowed": (
        "Diese Adresse lässt sich so nicht aufrufen.",
        "Gehen Sie zurück und benutzen Sie die Schaltflächen der Seite.",
    ),
    "form_expired": (
        "Das Formular ist nicht mehr gültig; es wurde nichts geändert.",
        "Laden Sie die Seite neu und senden Sie das Formular noch einmal.",
    ),
    "confirm_first": (
        "Die letzte Bestätigung, dass Sie es sind, ist zu lange her; es wurde nichts ausgegeben.",
        "Öffnen Sie die Seite davor noch einmal; dort werden Sie nach Ihrem Passwort gefragt.",
    ),
    "account_without_password": (
        "Ihr Konto meldet sich über den Anmeldedienst an; hier hat es keinen zweiten Faktor.",
        "Der zweite Faktor wird dort eingerichtet, wo das Konto geführt wird.",
    ),
    "factor_missing": (
        "Ihr Konto hat keinen zweiten Faktor; es wurde nichts geändert.",
        "Richten Sie zuerst einen ein.",
    ),
    "factor_required": (
        "Ihre Rolle verlangt einen zweiten Faktor; er bleibt eingerichtet.",
        "Für ein neues Gerät richten Sie ihn neu ein; der alte gilt dann nicht mehr.",
    ),
    "factor_gone": (
        "Dieses Konto hat keinen zweiten Faktor; es wurde nichts geändert.",
        "Braucht die Rolle einen, richtet ihn die Person bei der nächsten Anmeldung ein.",
    ),
    "own_account": (
        "Das ist Ihr eigenes Konto; es wurde nichts geändert.",
        "Was Sie selbst dürfen, ändert jemand anders mit der Rolle Administration.",
    ),
    "own_unit": (
        "Sie arbeiten selbst in einem der Sachgebiete; es wurde nichts geändert.",
        "Was Sie selbst sehen, ändert jemand anders mit der Rolle Administration.",
    ),
    "form_invalid": (
        "Eine Angabe fehlt oder passt nicht; es wurde nichts geändert.",
        "Gehen Sie zurück und ergänzen Sie die Angabe.",
    ),
    "day_not_understood": (
        "Dieser Tag ist nicht zu verstehen oder liegt zurück; es wurde nichts geändert.",
        "Möglich sind zum Beispiel: 3w, in 2 Wochen, 15.1., morgen, Montag.",
    ),
    "form_too_large": (
        "Das Formular ist zu groß; es wurde nichts geändert.",
        "Kürzen Sie die Angaben.",
    ),
    "too_many_requests": (
        "Es kamen zu viele Anfragen in kurzer Zeit.",
        "Bitte warten Sie eine Minute und versuchen Sie es noch einmal.",
    ),
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """What an error page says."""

    status: int
    code: str
    title: str
    what: str
    turn: str
    """Whose turn it is."""
    remedy: str


_TURNS: tuple[tuple[type[HubError], int, str, str], ...] = (
    (Rejected, 422, "Angaben nicht verwendbar", "Sie sind am Zug."),
    (
        Unavailable, 503, "Vorübergehend nicht verfügbar",
        "Niemand muss handeln; das System versucht es weiter.",
    ),
    (Refused, 409, "Abgelehnt", "Die Sachbearbeitung ist am Zug."),
    (OutcomeUnknown, 503, "Ausgang unbekannt", "Die Sachbearbeitung ist am Zug."),
    (NotChecked, 503, "Nicht prüfbar", "Der Betrieb ist am Zug."),
    (Misconfigured, 500, "Einrichtung fehlerhaft", "Der Betrieb ist am Zug."),
    (Conflict, 409, "Jemand war schneller", "Sie sind am Zug."),
)  # fmt: skip

_TITLES = {
    401: "Bitte anmelden",
    403: "Keine Berechtigung",
    404: "Nicht gefunden",
    405: "So nicht möglich",
    429: "Bitte kurz warten",
}

_BY_STATUS = {404: (404, "not_found"), 413: (413, "form_too_large")}
_TURN_OF = {"wrong_role": "Ihre Administration ist am Zug."}


def explain(error: BaseException) -> Explanation:
    """Put an error into words."""
    if isinstance(error, web.HTTPException):
        error = Denied(*_BY_STATUS.get(error.status, (405, "method_not_allowed")))
    if isinstance(error, NotFound):
        # Another office's file and one that does not exist must look the same.
        error = Denied(404, "not_found")
    if isinstance(error, Denied):
        title = _TITLES.get(error.status, "Nicht ausgeführt")
        turn = _TURN_OF.get(error.code, "Sie sind am Zug.")
        return Explanation(error.status, error.code, title, error.message, turn, error.remedy)
    if isinstance(error, HubError):
        return _explain_branch(error)
    if isinstance(error, FilingError):
        return _explain_filing(error)
    return Explanation(
        500,
        "internal_error",
        "Unerwarteter Fehler",
        "Die Seite konnte nicht erstellt werden. Ihre Daten sind nicht betroffen.",
        "Der Betrieb ist am Zug.",
        "Nennen Sie dem Betrieb bitte die Vorgangsnummer unten.",
    )


def _explain_branch(error: HubError) -> Explanation:
    for branch, status, title, turn in _TURNS:
        if isinstance(error, branch):
            return Explanation(status, error.code, title, error.message, turn, error.remedy)
    return Explanation(
        500, error.code, "Fehler", error.message, "Der Betrieb ist am Zug.", error.remedy
    )


def _explain_filing(error: FilingError) -> Explanation:
    """Put an error of the e-file into words; the e-file does not know the hub's branches."""
    if isinstance(error, StorageUnavailable):
        status, title, turn = 503, *_TURNS[1][2:]
    elif isinstance(error, InvalidRequest):
        status, title, turn = 422, *_TURNS[0][2:]
    elif isinstance(error, FileConflict):
        status, title, turn = 409, "Nicht ausgeführt", "Sie sind am Zug."
    elif isinstance(error, NotDisplayable):
        status, title, turn = 422, "Nicht darstellbar", "Sie sind am Zug."
    else:
        status, title, turn = 500, "Die Akte ist gestört", "Der Betrieb ist am Zug."
    return Explanation(status, error.code, title, error.message, turn, error.remedy)
