"""Asking a partner what became of a request: a letter's text without personal data."""

from __future__ import annotations

from hub.core.clock import local_datetime
from hub.core.settings import Tenant
from hub.store.database import Row

_TEXT = """\
An: {partner}
Von: {name}, {street} {house_number}, {postal_code} {city}
Telefon: {phone} · E-Mail: {email}

Bitte um Auskunft: Ist unsere Übermittlung {id} bei Ihnen angekommen?

Guten Tag,

am {day} um {time} Uhr haben wir Ihnen eine Nachricht übermittelt, deren Ausgang wir nicht
kennen: Die Verbindung brach ab, bevor eine Antwort eintraf. Wir senden sie nicht auf Verdacht
ein zweites Mal.

Kennung der Übermittlung (Idempotenzschlüssel): {id}
Art der Nachricht:                              {kind}
SHA-256 der übermittelten Bytes:                {digest}

Bitte teilen Sie uns mit,
  1. ob die Nachricht bei Ihnen eingegangen ist und wann,
  2. ob sie verarbeitet wurde und mit welchem Ergebnis,
  3. falls nicht: ob wir sie erneut senden sollen.

Mit freundlichen Grüßen
{name}
"""


def letter(promise: Row, spec: dict[str, object], tenant: Tenant) -> str:
    """Return the text to send to the partner who was to get a delivery."""
    moment = local_datetime(promise["made_us"])
    address = tenant.address
    return _TEXT.format(
        partner=promise["queue"].partition(":")[2], name=tenant.name, street=address.street,
        house_number=address.house_number, postal_code=address.postal_code, city=address.city,
        phone=tenant.phone, email=tenant.email, id=promise["id"], day=f"{moment:%d.%m.%Y}",
        time=f"{moment:%H:%M}", kind=spec.get("record_kind", "–"),
        digest=promise["payload_sha256"] or "–",
    )  # fmt: skip
