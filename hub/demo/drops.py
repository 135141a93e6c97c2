"""What the case cores drop: good files, and every kind of bad one."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from xml.sax.saxutils import escape

from hub.core.money import format_german
from hub.demo.cast import Family, Office

NAMESPACE = "urn:aktenhub:fachverfahren:1"
CHILD_BENEFIT = 259
BEGIN = "2026-11-01"


def case_data(family: Family, office: Office) -> bytes:
    """Return ``Falldaten`` as XML."""
    child, parent = family.child, family.parent
    stay = f"<aufenthaltstitel>{family.residence_title}</aufenthaltstitel>"
    return _document(
        "falldaten",
        f"""
  <nachrichtennummer>FD-{family.case_id}</nachrichtennummer>
  <fallnummer>{family.case_id}</fallnummer>
  <stand>2026-11-20</stand>
  <kind>
    <familienname>{escape(child[0])}</familienname>
    <vornamen>{escape(child[1])}</vornamen>
    <geburtsdatum>{family.born}</geburtsdatum>
    <geschlecht>{family.sex}</geschlecht>
    <geburtsort>{family.birth_place}</geburtsort>
    <geburtsstaat>{family.nationality}</geburtsstaat>
    <staatsangehoerigkeit>{family.nationality}</staatsangehoerigkeit>
    {stay if family.residence_title else ""}
  </kind>
  <betreuenderElternteil>
    <familienname>{escape(parent[0])}</familienname>
    <vornamen>{escape(parent[1])}</vornamen>
    <anschrift>
      <strasse>{escape(family.street)}</strasse>
      <hausnummer>{family.house_number}</hausnummer>
      <postleitzahl>{office.postal_code}</postleitzahl>
      <ort>{office.city}</ort>
    </anschrift>
  </betreuenderElternteil>
  <bankverbindung>
    <iban>{family.iban}</iban>
    <inhaber>{escape(f"{parent[1]} {parent[0]}")}</inhaber>
  </bankverbindung>
  {_clerk()}""",
    )


def notice(family: Family, amount: str | None = None) -> bytes:
    """Return a ``Bescheid`` (BEW) as XML; ``amount`` may be spoilt on purpose."""
    reclaim = _reclaim(family) if family.reclaim else ""
    return _document(
        "bescheid",
        f"""
  <nachrichtennummer>BS-{family.case_id}</nachrichtennummer>
  <fallnummer>{family.case_id}</fallnummer>
  <bescheidnummer>{_notice_id(family)}</bescheidnummer>
  <bescheidart>BEW</bescheidart>
  <bescheiddatum>2026-11-20</bescheiddatum>
  <zeitraum>
    <beginn>{BEGIN}</beginn>
    <mindestunterhalt>{family.minimum}.00</mindestunterhalt>
    <kindergeld>{CHILD_BENEFIT}.00</kindergeld>
    <sonstigeAnrechnung>0.00</sonstigeAnrechnung>
    <betrag>{amount or f"{family.amount}.00"}</betrag>
  </zeitraum>
  {reclaim}
  <begruendung>
    <absatz>{_REASONS[0]}</absatz>
    <absatz>{_REASONS[1]}</absatz>
  </begruendung>
  {_clerk()}""",
    )


def payment_order(family: Family, number: int = 1) -> bytes:
    """Return an ``Auszahlungsanordnung`` for one month as XML, about 2 KB.

    Args:
        family: whose case it is; its ``Falldaten`` must have come before.
        number: counts the orders of a case; each pays another month, from 1 (January 2020).
    """
    years, month = divmod(number - 1, 12)
    day = f"{2020 + years}-{month + 1:02d}"
    child, parent = family.child, family.parent
    return _document(
        "auszahlungsanordnung",
        f"""
  <nachrichtennummer>AZ-{family.case_id}-{number}</nachrichtennummer>
  <fallnummer>{family.case_id}</fallnummer>
  <bescheidnummer>{_notice_id(family)}</bescheidnummer>
  <anordnungsdatum>2026-11-20</anordnungsdatum>
  <berechtigter>
    <familienname>{escape(child[0])}</familienname>
    <vornamen>{escape(child[1])}</vornamen>
    <geburtsdatum>{family.born}</geburtsdatum>
  </berechtigter>
  <zahlungsart>einmalig</zahlungsart>
  <betrag>{family.amount}.00</betrag>
  <beginn>{day}-01</beginn>
  <ende>{day}-28</ende>
  <empfaenger>
    <inhaber>{escape(f"{parent[1]} {parent[0]}")}</inhaber>
    <iban>{family.iban}</iban>
  </empfaenger>
  <verwendungszweck>Unterhaltsvorschuss {family.case_id}, Nachzahlung {day}</verwendungszweck>
  <begruendung>
    <absatz>{_REASONS[0]}</absatz>
    <absatz>{_REASONS[1]}</absatz>
    <absatz>{_ORDER_REASONS[0].format(month=day, notice=_notice_id(family))}</absatz>
    <absatz>{_ORDER_REASONS[1].format(minimum=family.minimum, amount=family.amount)}</absatz>
    <absatz>{_ORDER_REASONS[2]}</absatz>
  </begruendung>
  <feststellung>
    <kennung>sb17</kennung>
    <name>Miriam Sommer</name>
    <datum>2026-11-20</datum>
  </feststellung>
  <anordnung>
    <kennung>lt03</kennung>
    <name>Henning Winter</name>
    <datum>2026-11-20</datum>
  </anordnung>
  {_clerk()}""",
    )


_ORDER_REASONS = (
    (
        "Die Leistung wurde mit Bescheid {notice} bewilligt; für den Monat {month} ist sie noch "
        "nicht gezahlt worden. Eine andere Anordnung für diesen Monat besteht nicht."
    ),
    (
        "Vom Mindestunterhalt der Altersstufe ({minimum},00 Euro) ist das volle Kindergeld für ein "
        "erstes Kind abgezogen (§ 2 Abs. 1 und 2 UVG); zu zahlen sind {amount},00 Euro."
    ),
    (
        "Das Einkommen des Kindes bleibt außer Ansatz; Waisenbezüge werden nicht gezahlt. Die "
        "Unterlagen liegen in der Akte."
    ),
)


_REASONS = (
    "Das Kind lebt im Haushalt des antragstellenden Elternteils.",
    "Der andere Elternteil zahlt keinen Unterhalt in Höhe des Mindestunterhalts.",
)


def _reclaim(family: Family) -> str:
    return f"""<rueckforderung>
    <betrag>{family.reclaim}.00</betrag>
    <faelligkeit>2026-12-31</faelligkeit>
    <schuldner>elternteil</schuldner>
    <rechtsgrundlage>§ 5 Abs. 1 UVG</rechtsgrundlage>
    <zeitraumBeginn>2026-09-01</zeitraumBeginn>
    <zeitraumEnde>2026-10-31</zeitraumEnde>
  </rueckforderung>"""


def _clerk() -> str:
    return """<sachbearbeitung>
    <kennung>sb17</kennung>
    <name>Miriam Sommer</name>
    <telefon>0999 123-17</telefon>
  </sachbearbeitung>"""


def _document(root: str, body: str) -> bytes:
    lines = [line for line in body.splitlines() if line.strip()]
    text = "\n".join(lines)
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return f'{head}\n<{root} xmlns="{NAMESPACE}">\n{text}\n</{root}>\n'.encode()


def _notice_id(family: Family) -> str:
    return f"B-{family.case_id[-6:]}-1"


CASE_COLUMNS = (
    "Nachrichtennummer", "Fallnummer", "Stand", "Kind_Familienname", "Kind_Vornamen",
    "Kind_Geburtsdatum", "Kind_Geschlecht", "Kind_Geburtsort", "Kind_Geburtsstaat",
    "Kind_Staatsangehoerigkeit", "Kind_Aufenthaltstitel", "Kind_Aufenthalt_bis",
    "Elternteil_Familienname", "Elternteil_Vornamen", "Elternteil_Strasse",
    "Elternteil_Hausnummer", "Elternteil_PLZ", "Elternteil_Ort", "Anderer_Familienname",
    "Anderer_Vornamen", "Anderer_Strasse", "Anderer_Hausnummer", "Anderer_PLZ", "Anderer_Ort",
    "IBAN", "Kontoinhaber", "SB_Kennung", "SB_Name", "SB_Telefon",
)  # fmt: skip

NOTICE_COLUMNS = (
    "Nachrichtennummer", "Fallnummer", "Bescheidnummer", "Bescheidart", "Bescheiddatum",
    "Beginn", "Ende", "Mindestunterhalt", "Kindergeld", "Sonstige_Anrechnung", "Betrag",
    "Rueck_Betrag", "Rueck_Faelligkeit", "Rueck_Schuldner", "Rueck_Rechtsgrundlage",
    "Rueck_Beginn", "Rueck_Ende", "Begruendung", "SB_Kennung", "SB_Name", "SB_Telefon",
)  # fmt: skip

_CLERK = ("alt03", "Herr Muster", "0999 123-3")


def case_table(office: Office) -> bytes:
    """Return the ``Falldaten`` of the older case core as CSV."""
    return _table(CASE_COLUMNS, [_case_row(family, office) for family in office.csv])


def notice_table(office: Office, spoilt_date: str = "") -> bytes:
    """Return its ``Bescheide`` as CSV; the last row may get a wrong date."""
    rows = [_notice_row(family) for family in office.csv]
    if spoilt_date:
        rows[-1][0] = "AV-B-SPOILT"
        rows[-1][NOTICE_COLUMNS.index("Beginn")] = spoilt_date
    return _table(NOTICE_COLUMNS, rows)


def _case_row(family: Family, office: Office) -> list[str]:
    child, parent = family.child, family.parent
    return [
        f"AV-F-{family.case_id}", family.case_id, "20.11.2026", *child, _german(family.born),
        family.sex.upper(), family.birth_place, "000", family.nationality, "", "", *parent,
        family.street, family.house_number, office.postal_code, office.city,
        "", "", "", "", "", "", family.iban, f"{parent[1]} {parent[0]}", *_CLERK,
    ]  # fmt: skip


def _notice_row(family: Family) -> list[str]:
    return [
        f"AV-B-{family.case_id}", family.case_id, _notice_id(family), "BEW", "20.11.2026",
        _german(BEGIN), "", format_german(family.minimum * 100),
        format_german(CHILD_BENEFIT * 100), "0,00", format_german(family.amount * 100),
        "", "", "", "", "", "", "|".join(_REASONS), *_CLERK,
    ]  # fmt: skip


def _german(iso: str) -> str:
    year, month, day = iso.split("-")
    return f"{day}.{month}.{year}"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode("cp1252")


def entity_bomb() -> bytes:
    """Return a document that would grow to gigabytes if anybody expanded it."""
    entities = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9)
    )  # fmt: skip
    return (
        f'<?xml version="1.0"?><!DOCTYPE bescheid [<!ENTITY l0 "lol">{entities}]>'
        f'<bescheid xmlns="{NAMESPACE}"><fallnummer>&l8;</fallnummer></bescheid>'
    ).encode()
