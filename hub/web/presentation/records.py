"""Structured documents as a caseworker reads them: German names, amounts, days.

Only names and notation change; the original can be downloaded beside it.
"""

from __future__ import annotations

import re
from typing import Final

from efile import FormNode
from hub.core.money import format_german
from hub.web.presentation.words import german_day

NAMES: Final = {
    "account": "Personenkonto", "amount cents": "Betrag", "as of": "Stand", "at": "Am",
    "bank": "Bankverbindung", "begin": "Beginn", "benefit begin": "Leistungsbeginn",
    "benefit end": "Leistungsende", "birth country": "Geburtsstaat", "birth date": "Geburtsdatum",
    "birth place": "Geburtsort", "booking date": "Buchungstag", "budget line": "Buchungsstelle",
    "business id": "Nummer des Absenders", "carer": "Betreuender Elternteil",
    "case id": "Fallnummer", "cash reference": "Kassenzeichen", "change": "Änderungsart",
    "child": "Kind", "child benefit cents": "Kindergeld", "city": "Ort",
    "clerk": "Sachbearbeitung", "code": "Kennzahl", "data": "Angaben", "debtor": "Schuldner",
    "due date": "Fällig am", "dunning key": "Mahnschlüssel", "end": "Ende",
    "family name": "Familienname", "file reference": "Geschäftszeichen", "findings": "Befunde",
    "given names": "Vornamen", "holder": "Kontoinhaber", "house number": "Hausnummer",
    "iban": "IBAN", "id": "Kennung", "kind": "Art", "legal basis": "Rechtsgrundlage",
    "message id": "Nachricht", "minimum maintenance cents": "Mindestunterhalt",
    "mode": "Zahlungsweise", "name": "Name", "nationality": "Staatsangehörigkeit",
    "notice date": "Bescheiddatum", "notice id": "Bescheidnummer", "notice kind": "Bescheidart",
    "office": "Anordnende Stelle", "open cents": "Noch offen", "order id": "Anordnungsnummer",
    "order date": "Anordnungsdatum", "order kind": "Anordnungsart", "original name": "Dateiname",
    "other offset cents": "Weitere Anrechnung", "other parent": "Anderer Elternteil",
    "payee": "Empfänger", "payer": "Einzahler", "period begin": "Zeitraum von",
    "period end": "Zeitraum bis", "periods": "Zeiträume", "person": "Person",
    "phone": "Telefon", "postal code": "Postleitzahl", "purpose": "Verwendungszweck",
    "reason": "Grund", "reasons": "Begründung", "receipt id": "Buchungsnummer",
    "received at": "Eingegangen", "reclaim": "Rückforderung",
    "reference id": "Kennung im Register", "residence title": "Aufenthaltstitel",
    "residence until": "Aufenthalt bis", "result": "Ergebnis", "sex": "Geschlecht",
    "status": "Stand der Kasse", "street": "Straße", "text": "Text",
}  # fmt: skip
"""Names of the record catalogue; a name that is not ours stays as its sender wrote it."""

VALUES: Final = {
    ("mode", "standing"): "monatlich", ("mode", "once"): "einmalig",
    ("sex", "m"): "männlich", ("sex", "w"): "weiblich", ("sex", "d"): "divers",
    ("sex", "x"): "ohne Angabe",
    ("result", "accepted"): "angenommen", ("result", "refused"): "abgelehnt",
    ("result", "found"): "gefunden", ("result", "not_found"): "nicht gefunden",
    ("result", "ambiguous"): "nicht eindeutig", ("result", "failed"): "fehlgeschlagen",
    ("result", "acknowledged"): "übernommen",
    ("status", "accepted"): "angenommen", ("status", "refused"): "abgelehnt",
    ("status", "confirmed"): "zum Soll gestellt",
    ("debtor", "carer"): "betreuender Elternteil", ("debtor", "child"): "Kind",
}  # fmt: skip


def readable(node: FormNode) -> FormNode:
    """Return a form with German names and notation."""
    label = node.label
    children = tuple(readable(child) for child in node.children)
    return FormNode(NAMES.get(label, label), _value(label, node.value), children)


def _value(label: str, value: str) -> str:
    if label.endswith(" cents") and re.fullmatch(r"-?\d{1,15}", value):
        return f"{format_german(int(value))} €"
    return VALUES.get((label, value)) or german_day(value)
