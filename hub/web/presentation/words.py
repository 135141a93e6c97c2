"""States and steps in the words of the people who read them; each with an icon and a tone.

A tone is never the only carrier of meaning: icon and word stand beside it (WCAG 1.4.1).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from hub.store.views import MessageFilter


@dataclass(frozen=True, slots=True)
class Word:
    """How a state or a step is shown."""

    text: str
    tone: str = "calm"
    """``good``, ``busy``, ``warn``, ``bad`` or ``calm``."""
    icon: str = "dot"


MESSAGE_STATES = {
    "received": Word("angenommen", "busy", "clock"),
    "routed": Word("in Arbeit", "busy", "clock"),
    "closed": Word("erledigt", "good", "check"),
    "refused": Word("abgewiesen", "bad", "cross"),
    "clearing": Word("Klärfall", "warn", "flag"),
    "duplicate": Word("Duplikat", "calm", "copy"),
}

PROMISE_STATES = {
    "waiting": Word("wartet", "busy", "clock"),
    "leased": Word("läuft", "busy", "clock"),
    "sent": Word("gesendet, Antwort steht aus", "busy", "send"),
    "batched": Word("in der Sammeldatei", "busy", "stack"),
    "confirmed": Word("bestätigt", "good", "check"),
    "unknown": Word("Ausgang unbekannt", "warn", "question"),
    "dead": Word("Frist überschritten", "bad", "cross"),
    "refused": Word("abgelehnt", "bad", "cross"),
    "skipped": Word("übergangen", "calm", "skip"),
}

PROMISE_KINDS = {
    "travel": "Verarbeitung",
    "deliver": "Übermittlung",
    "order": "Anordnung an die Kasse",
    "letter": "Schreiben",
    "file": "Ablage in der Akte",
    "refuse": "Abweisung an den Absender",
}

STEPS = {
    "received": Word("Nachricht angenommen und gesichert", "calm", "inbox"),
    "duplicate": Word("Als Duplikat erkannt", "calm", "copy"),
    "checked": Word("Geprüft", "good", "check"),
    "mapped": Word("In unsere Form übertragen", "calm", "form"),
    "decided": Word("Entschieden, was folgt", "calm", "check"),
    "routed": Word("Folgen festgeschrieben", "good", "check"),
    "split": Word("In Einzelnachrichten zerlegt", "calm", "stack"),
    "clearing": Word("Klärfall eröffnet", "warn", "flag"),
    "clearing_released": Word("Klärfall freigegeben", "good", "check"),
    "clearing_rejected": Word("An den Absender zurückgewiesen", "bad", "cross"),
    "clearing_discarded": Word("Verworfen", "bad", "cross"),
    "clearing_replayed": Word("Aus den Originalbytes neu gelesen", "good", "check"),
    "clearing_resent": Word("Erneutes Senden entschieden", "good", "send"),
    "clearing_confirmed": Word("Von Hand als angekommen bestätigt", "good", "check"),
    "delivery_repeated": Word("Als neue Lieferung erneut gesendet", "calm", "send"),
    "delivery_supplied": Word("An ein späteres Ziel nachgeliefert", "calm", "send"),
    "clearing_corrected": Word("Durch eine berichtigte Kopie ersetzt", "good", "copy"),
    "rows_corrected": Word("Abgewiesene Sätze berichtigt eingegangen", "good", "copy"),
    "correction_proposed": Word("Berichtigung vorgeschlagen", "calm", "copy"),
    "correction_approved": Word("Berichtigung zugestimmt", "good", "check"),
    "correction_declined": Word("Berichtigung abgelehnt", "bad", "cross"),
    "content_opened": Word("Inhalt mit Begründung geöffnet", "calm", "eye"),
    "hold_set": Word("Angehalten", "warn", "pause"),
    "hold_ended": Word("Anhaltung beendet", "good", "check"),
    "status_asked": Word("Status bei der Gegenstelle erfragt", "calm", "question"),
    "status_answered": Word("Auskunft der Gegenstelle", "calm", "question"),
    "clearing_answered": Word("Durch Auskunft geklärt", "good", "check"),
    "partner_asked": Word("Gegenstelle um Auskunft gebeten", "calm", "question"),
    "target_opened": Word("Gegenstelle gestört, Zustellung ruht", "warn", "pause"),
    "target_closed": Word("Gegenstelle wieder erreichbar", "good", "check"),
    "refused_because": Word("Befunde festgehalten", "calm", "text"),
    "refused": Word("Abgewiesen, Absender wird informiert", "bad", "cross"),
    "quarantined": Word("In die Quarantäne gelegt", "calm", "folder"),
    "order_batched": Word("In die Sammeldatei der Kasse aufgenommen", "calm", "stack"),
    "order_delivered": Word("Anordnung an die Kasse übermittelt", "good", "send"),
    "letter_rendered": Word("Schreiben erstellt", "good", "letter"),
    "delivered": Word("Übermittelt", "good", "send"),
    "filed": Word("In der Akte abgelegt", "good", "folder"),
    "payload_removed": Word("Nutzdaten nach Fristablauf entfernt", "calm", "copy"),
    "payloads_removed": Word("Abgelaufene Nutzdaten entfernt", "calm", "copy"),
    "file_opened": Word("Akte angelegt", "calm", "inbox"),
    "retention_date_noted": Word("Tag für die Aufbewahrung vermerkt", "calm", "clock"),
    "proof_package_issued": Word("Beweispaket ausgegeben", "calm", "save"),
    "archive_answer_noted": Word("Antwort des Archivs vermerkt", "calm", "stack"),
    "evidence_made": Word("Beweisdokument erstellt", "calm", "shield"),
    "archive_offered": Word("Dem Archiv angeboten", "calm", "stack"),
    "archive_wants": Word("Archiv übernimmt die Akte", "calm", "stack"),
    "archive_declines": Word("Archiv lehnt die Akte ab", "calm", "stack"),
    "archive_looks": Word("Archiv sieht die Akte durch", "calm", "clock"),
    "archive_received": Word("Archiv bestätigt den Empfang", "calm", "check"),
    "archive_delivered": Word("Dem Archiv übergeben", "calm", "send"),
    "archive_took": Word("Archiv hat die Akte übernommen", "good", "check"),
    "archive_refused": Word("Archiv konnte die Akte nicht übernehmen", "warn", "cross"),
    "retention_hold_set": Word("Löschsperre gesetzt", "calm", "pause"),
    "competence_changed": Word("Zuständigkeit geändert", "calm", "folder"),
    "block_set": Word("Sperrvermerk gesetzt", "calm", "shield"),
    "block_lifted": Word("Sperrvermerk aufgehoben", "calm", "shield"),
    "disposal_proposed": Word("Vernichtung vorgeschlagen", "calm", "text"),
    "misfiling_proposed": Word("Fehlablage gemeldet", "calm", "turn"),
    "document_moved": Word("Fehlablage berichtigt", "warn", "turn"),
    "disposal_approved": Word("Vernichtung zugestimmt", "warn", "check"),
    "disposal_declined": Word("Vernichtung abgelehnt", "calm", "cross"),
    "disposal_done": Word("Vernichtungslauf abgeschlossen", "good", "check"),
    "file_destroyed": Word("Akte vernichtet", "warn", "cross"),
    "retention_hold_lifted": Word("Löschsperre aufgehoben", "calm", "pause"),
    "retention_hold": Word("Nutzdaten bleiben bis auf Weiteres", "calm", "pause"),
    "retention_release": Word("Nutzdaten dürfen nach Frist entfernt werden", "calm", "clock"),
    "journal_archived": Word("Abgeschlossenes Jahr ins Archiv gelegt", "calm", "folder"),
    "restored": Word("Aus einer Sicherung wiederhergestellt", "warn", "folder"),
    "closed": Word("Alles zugestellt und abgelegt", "good", "check"),
}
"""Steps of the journal. What is not listed is a milestone of the case and brings its text."""

VERDICTS = {
    "passed": Word("Prüfung bestanden", "good", "check"),
    "failed": Word("Prüfung nicht bestanden", "bad", "cross"),
    "not_checkable": Word("Prüfung konnte nicht laufen", "warn", "question"),
}

KINDS = {
    "Falldaten": "folder", "Bescheid": "letter", "Auszahlungsanordnung": "coins",
    "Annahmeanordnung": "coins", "Sollbestaetigung": "coins", "Kassenprotokoll": "coins",
    "Isteinnahme": "coins", "Gesamtauskunft": "register", "KeinTreffer": "register",
    "Trefferliste": "register", "Meldebestaetigung": "register", "Registerfehler": "register",
    "Registeranfrage": "register", "Registermeldung": "register",
}  # fmt: skip
"""Icon of a message kind."""

KIND_NAMES = {
    "Sollbestaetigung": "Sollbestätigung",
    "KeinTreffer": "Kein Treffer im AZR",
    "Trefferliste": "Trefferliste des AZR",
    "Gesamtauskunft": "Auskunft des AZR",
    "Meldebestaetigung": "Meldebestätigung des AZR",
    "Registerfehler": "Fehlermeldung des AZR",
}

DIRECTIONS = {"in": "Eingang", "out": "Ausgang", "internal": "intern"}
PART_ROLES = {
    "original": "Original",
    "rendition": "Lesefassung",
    "message": "Nachricht",
    "attachment": "Anlage",
}

ROLES = {
    "caseworker": "Sachbearbeitung",
    "administrator": "Administration",
    "auditor": "Revision",
}

RESULTS = {
    "granted": Word("gewährt", "good", "check"),
    "refused": Word("Anmeldung abgelehnt", "bad", "cross"),
    "step_wanted": Word("Passwort richtig, weiterer Schritt nötig", "busy", "clock"),
    "no_session": Word("nicht angemeldet", "warn", "cross"),
    "wrong_role": Word("keine Berechtigung", "bad", "cross"),
    "not_found": Word("nicht vorhanden", "warn", "question"),
    "form_expired": Word("Formular ungültig", "warn", "cross"),
    "form_invalid": Word("Angabe fehlt", "warn", "cross"),
    "day_not_understood": Word("Tag nicht verstanden", "warn", "cross"),
    "too_many_requests": Word("zu viele Anfragen", "warn", "pause"),
}

INSPECTIONS = {
    "searching": Word("wird durchsucht", "busy", "clock"),
    "open": Word("zu entscheiden", "warn", "flag"),
    "making": Word("Kopie wird erstellt", "busy", "clock"),
    "waiting": Word("wartet auf Freigabe", "busy", "eye"),
    "approved": Word("freigegeben, nicht abgelegt", "warn", "flag"),
    "filed": Word("abgelegt", "good", "check"),
}
"""How far an inspection of a file is."""

REDACTIONS = {
    "open": Word("offen", "warn", "question"),
    "redact": Word("wird geschwärzt", "calm", "shield"),
    "keep": Word("bleibt stehen", "calm", "eye"),
}
"""What is decided on a place."""

PROOF_WAYS = {
    "pypdf": "Text (pypdf)", "pdfium": "Text (PDFium)", "pdftotext": "Text (pdftotext)",
    "ocr": "Texterkennung", "raw": "Rohdaten", "build": "Aufbau der Datei",
}  # fmt: skip
"""In which ways a copy is searched."""

RETENTION = {
    "kept": Word("aufzubewahren", "calm", "shield"),
    "due": Word("darf vernichtet werden", "warn", "check"),
    "offer": Word("dem Archiv anzubieten", "warn", "stack"),
    "held": Word("gesperrt", "busy", "pause"),
    "undetermined": Word("nicht bestimmbar", "calm", "question"),
}
"""What may be done with a file."""

ARCHIVE = {
    "offered": Word("angeboten", "busy", "clock"),
    "appraising": Word("in Durchsicht", "busy", "search"),
    "wanted": Word("archivwürdig, zu übergeben", "warn", "stack"),
    "declined": Word("abgelehnt", "calm", "cross"),
    "delivered": Word("übergeben", "busy", "send"),
    "refused": Word("nicht übernommen", "bad", "cross"),
    "taken": Word("übernommen", "good", "check"),
}
"""Where the offer of a file to the archive stands."""

DISPOSALS = {
    "proposed": Word("wartet auf Zustimmung", "busy", "clock"),
    "approved": Word("wird ausgeführt", "busy", "clock"),
    "declined": Word("abgelehnt", "calm", "cross"),
    "done": Word("abgeschlossen", "good", "check"),
}
DISPOSAL_ITEMS = {
    "destroyed": Word("vernichtet", "good", "check"),
    "clearing": Word("unlesbar, Speicher wird geräumt", "busy", "clock"),
    "kept": Word("behalten", "warn", "shield"),
    "hindered": Word("derzeit nicht möglich", "warn", "pause"),
}
DISPOSAL_PURPOSES = {
    "retention": "Vernichtung nach Ablauf der Frist",
    "misfiling": "Berichtigung von Fehlablagen",
}


TARGET_STATES = {
    "closed": Word("in Ordnung", "good", "check"),
    "open": Word("gestört", "bad", "cross"),
    "half_open": Word("in Probe", "warn", "clock"),
}


def target_state(state: str) -> Word:
    """Word the state of a target."""
    return TARGET_STATES.get(state, Word(state))


def message_state(state: str) -> Word:
    """Word a message state."""
    return MESSAGE_STATES.get(state, Word(state))


def promise_state(state: str) -> Word:
    """Word the state of a promise."""
    return PROMISE_STATES.get(state, Word(state))


def step(action: str, facts: Mapping[str, Any]) -> Word | None:
    """Word a step of the journal; ``None`` for a milestone of the case."""
    if action == "checked":
        return VERDICTS.get(str(facts.get("verdict")), STEPS[action])
    return STEPS.get(action)


def result(code: str) -> Word:
    """Word the result of an access."""
    return RESULTS.get(code, Word(code, "warn", "cross"))


def kind(name: str | None) -> str:
    """Word a message kind."""
    return KIND_NAMES.get(name, name) if name else "Art noch unbekannt"


_SPANS = ((86_400_000_000, "Tag", "Tagen"), (3_600_000_000, "Stunde", "Stunden"),
          (60_000_000, "Minute", "Minuten"))  # fmt: skip


def age(since_us: int, now_us: int) -> str:
    """Word how long ago something was: ``seit 3 Tagen``."""
    for span_us, one, many in _SPANS:
        number = (now_us - since_us) // span_us
        if number > 0:
            return f"seit 1 {one}" if number == 1 else f"seit {number} {many}"
    return "seit eben"


CERTIFICATE_STATES = {
    "requested": Word("angefordert", "busy", "clock"),
    "imported": Word("eingespielt", "busy", "clock"),
    "active": Word("in Gebrauch", "good", "check"),
    "retiring": Word("läuft aus", "calm", "clock"),
    "retired": Word("abgelöst", "calm", "dot"),
    "revoked": Word("gesperrt", "bad", "cross"),
}

ENDINGS = {
    "token": "Token eines Absenders", "certificate": "Zertifikat eines Absenders",
    "anchor": "Zertifizierungsstelle", "peer": "Serverzertifikat einer Gegenstelle",
}  # fmt: skip
"""What ends beside the house's own certificates."""

PARTS = {
    "database": "Datenbank",
    "storage": "Aktenspeicher (S3)",
    "folders": "Ein- und Ausgangsordner",
    "letters": "Schreibenerstellung",
}

FACTS = {
    "amount": "Betrag", "amount_cents": "Betrag in Cent", "payer": "Einzahler",
    "cash_reference": "Kassenzeichen", "booking_date": "Buchungstag", "text": "Text",
    "order_id": "Anordnung", "receipt_id": "Buchungsnummer", "code": "Kennzahl",
    "notice_id": "Bescheid", "reason": "Grund", "ort": "Stelle",
    "auskunft": "Statusabfrage",
}  # fmt: skip
"""Names of the facts of a clearing case; a name not listed is shown as it is."""

_URGENT_DAYS = 14
_SOON_DAYS = 60


def certificate_state(state: str) -> Word:
    """Word the state of a certificate."""
    return CERTIFICATE_STATES.get(state, Word(state))


def days_left(not_after_us: int | None, now_us: int) -> Word:
    """Word how long a certificate is still valid."""
    if not_after_us is None:
        return Word("noch nicht ausgestellt", "calm", "clock")
    days = (not_after_us - now_us) // 86_400_000_000
    if days < 0:
        return Word("abgelaufen", "bad", "cross")
    text = "1 Tag" if days == 1 else f"{days} Tage"
    if days < _URGENT_DAYS:
        return Word(text, "bad", "flag")
    return Word(text, "warn", "clock") if days < _SOON_DAYS else Word(text, "good", "check")


def fact(name: str) -> str:
    """Word the name of a fact."""
    return FACTS.get(name, name)


def marked(excerpt: str, marks: Iterable[tuple[int, int]]) -> list[tuple[str, bool]]:
    """Cut an excerpt into pieces and say which of them were found."""
    pieces, at = [], 0
    for start, end in marks:
        pieces += [(excerpt[at:start], False), (excerpt[start:end], True)]
        at = end
    return [(text, found) for text, found in [*pieces, (excerpt[at:], False)] if text]


def query(wanted: MessageFilter, before: str, days: tuple[str, str] = ("", "")) -> str:
    """Return the address of the next page of a message list."""
    pairs = [("zustand", state) for state in wanted.states]
    pairs += [("art", wanted.kind), ("partner", wanted.partner), ("fall", wanted.case_key)]
    pairs += [("mandant", wanted.office), ("pruefsumme", wanted.digest)]
    pairs += [("nummer", wanted.number), ("von", days[0]), ("bis", days[1])]
    return urlencode([(k, v) for k, v in [*pairs, ("vor", before)] if v])


def behind(group: str, key: str, states: Iterable[str] = ()) -> str:
    """Return the address of the list behind one number of the balance."""
    names = {"tenant": ("mandant",), "partner": ("partner",), "day": ("von", "bis")}
    pairs = [("zustand", state) for state in states] + [(name, key) for name in names[group]]
    return f"/nachrichten?{urlencode(pairs)}"


_BREAKDOWNS = {"tenant": "Mandant", "partner": "Partner", "day": "Tag"}


def breakdown(
    by: Mapping[str, Mapping[str, Any]],
) -> list[tuple[str, str, list[tuple[str, Any]]]]:
    """Return the tables under the balance; one tenant alone needs no table."""
    return [
        (name, title, sorted(by[name].items(), reverse=name == "day"))
        for name, title in _BREAKDOWNS.items()
        if len(by.get(name, {})) > (name == "tenant")
    ]


def german_day(iso: str) -> str:
    """Return ``22.11.2026`` for ``2026-11-22``; other words as they are."""
    parts = iso.split("-")
    return ".".join(reversed(parts)) if re.fullmatch(r"\d{4}-\d\d-\d\d", iso) else iso
