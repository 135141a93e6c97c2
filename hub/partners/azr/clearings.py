"""The clearing cases register answers can lead to. Facts go to the database only."""

from __future__ import annotations

from hub.partners.outcome import Clearing

UNASSIGNED = Clearing(
    "register_answer_unassigned",
    "Eine Antwort des Ausländerzentralregisters gehört zu keinem bekannten Fall.",
    "Prüfen, welche Anfrage beantwortet wird; die Antwort gegebenenfalls verwerfen.",
)
PERSON_NOT_FOUND = Clearing(
    "register_person_not_found",
    "Das Ausländerzentralregister kennt keinen Datensatz zu diesem Kind.",
    "Mit der Ausländerbehörde klären: Eine Leistungsmeldung kann keinen Datensatz anlegen.",
)
CLERK_MISSING = Clearing(
    "register_clerk_missing",
    "Für die Meldung an das Ausländerzentralregister fehlt die sachbearbeitende Person.",
    "Bescheid mit Kennung der Sachbearbeitung erneut senden (§ 13 AZRG verlangt eine Person).",
)
BENEFIT_OVERLAP = Clearing(
    "register_benefit_overlap",
    "Im Ausländerzentralregister ist bereits ein anderer offener UVG-Zeitraum eingetragen.",
    "Mit der zuletzt zuständigen Stelle klären, ob ihr Zeitraum beendet werden muss.",
)


def ambiguous(count: int) -> Clearing:
    """Several similar persons: who they are is not kept (§ 10 Abs. 3 AZRG)."""
    return Clearing(
        "register_ambiguous",
        "Das Ausländerzentralregister nennt mehrere ähnliche Personen.",
        "Im Registerportal die richtige Person feststellen; Daten der anderen nicht aufbewahren.",
        {"Treffer": str(count)},
    )


def identity_unclear(differing: tuple[str, ...]) -> Clearing:
    """The answer may speak of another person; only the names of the facts are kept."""
    return Clearing(
        "register_identity_unclear",
        "Der Datensatz des Ausländerzentralregisters passt nicht sicher zum Kind.",
        "Personalien im Fachverfahren und mit der Ausländerbehörde abgleichen, dann neu anfragen.",
        {"Abweichung": ", ".join(differing)},
    )


def blocked(codes: tuple[str, ...]) -> Clearing:
    """Transmission blocks must be shown and obeyed (§ 4 AZRG)."""
    return Clearing(
        "register_block",
        "Im Ausländerzentralregister ist eine Übermittlungssperre eingetragen.",
        "Sperre beachten: Auskünfte aus der Akte nur nach Prüfung (§ 4 AZRG).",
        {"Sperren": ", ".join(codes)},
    )


def refused(asked: str, codes: str, text: str) -> Clearing:
    """The register did not process our message."""
    return Clearing(
        "register_refused",
        "Das Ausländerzentralregister hat unsere Nachricht nicht verarbeitet.",
        "Ursache nach Schlüssel und Text beheben, dann die Nachricht erneut auslösen.",
        {"Nachricht": asked, "Schlüssel": codes, "Text": text},
    )
