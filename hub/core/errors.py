"""Every error of the hub, ordered by who must act.

::

    HubError                  code, remedy, place, findings
    ├── Rejected              the SENDER must act: the message is wrong
    │   ├── Undecodable       encoding, malformed XML, DOCTYPE, oversize
    │   ├── UnknownKind       no route, no schema for this date
    │   ├── SchemaViolation   XSD or table schema
    │   └── RuleViolation     business rule of the interface
    ├── Unavailable           NOBODY must act: network, partner or storage away
    ├── Refused               the PARTNER said no to our message: a clerk must act
    ├── OutcomeUnknown        bytes went out, no answer came: never guessed
    ├── NotChecked            a check could not run: never "passed"
    ├── Misconfigured         the OPERATOR must act: route, mapping, certificate, folder
    └── Conflict              somebody else was first: version, lease epoch, same id

Branches are caught, leaves are raised. ``code`` is a stable word listed in
``docs/errors.md``; ``message`` is a German sentence; ``remedy`` says what to do next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.core.findings import Finding


class HubError(Exception):
    """Die Verarbeitung ist nicht möglich."""

    exit_code = 1

    def __init__(
        self,
        code: str,
        message: str = "",
        *,
        remedy: str = "",
        place: str = "",
        findings: tuple[Finding, ...] = (),
    ) -> None:
        self.code = code
        self.message = message or (type(self).__doc__ or "").strip()
        self.remedy = remedy
        self.place = place
        self.findings = findings
        super().__init__(self.code, self.message)

    def __str__(self) -> str:
        where = f" ({self.place})" if self.place else ""
        advice = f" {self.remedy}" if self.remedy else ""
        return f"{self.message}{where}{advice} [{self.code}]"


class Rejected(HubError):
    """Die Nachricht ist fehlerhaft; der Absender muss sie berichtigen."""


class Undecodable(Rejected):
    """Die Datei lässt sich nicht lesen."""


class UnknownKind(Rejected):
    """Für diese Nachricht ist kein Weg eingerichtet."""


class SchemaViolation(Rejected):
    """Die Nachricht entspricht nicht dem vereinbarten Schema."""


class RuleViolation(Rejected):
    """Die Nachricht verletzt eine fachliche Regel der Schnittstelle."""


class Unavailable(HubError):
    """Eine Gegenstelle ist vorübergehend nicht erreichbar."""

    exit_code = 4

    def __init__(
        self,
        code: str,
        message: str = "",
        *,
        remedy: str = "",
        place: str = "",
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(code, message, remedy=remedy, place=place)
        self.retry_after_s = retry_after_s


class Refused(HubError):
    """Die Gegenstelle hat unsere Nachricht abgelehnt."""


class OutcomeUnknown(HubError):
    """Der Ausgang der Übermittlung ist unbekannt."""

    exit_code = 4


class NotChecked(HubError):
    """Eine Prüfung konnte nicht laufen."""


class Misconfigured(HubError):
    """Die Einrichtung ist fehlerhaft; der Betrieb muss handeln."""

    exit_code = 3


class Conflict(HubError):
    """Jemand anderes war schneller."""
