"""Order and answer files of the municipal cash profile, as the page says."""

from __future__ import annotations

import re
from datetime import date, datetime

from hub.simulators.cash.model import (
    AnswerHead,
    Batch,
    BatchFault,
    Order,
    Posting,
    Receipt,
    Verdict,
)
from hub.simulators.kasse.table import read_table, write_table

ORDER_COLUMNS = [
    "Satz",
    "Mandant",
    "Lauf",
    "Belegnummer",
    "Art",
    "Aktenzeichen",
    "Bescheid",
    "Betrag",
    "Faelligkeit",
    "Bis",
    "Name",
    "Strasse",
    "PLZ",
    "Ort",
    "IBAN",
    "Produktsachkonto",
    "Buchungstext",
    "Bezug",
]
ANSWER_COLUMNS = [
    "Satz",
    "Mandant",
    "Lauf",
    "Art",
    "Belegnummer",
    "Ergebnis",
    "Code",
    "Kassenzeichen",
    "Personenkonto",
    "Betrag",
    "Buchungstag",
    "Einzahler",
    "Text",
]
FEWEST_ROWS = 2
LONGEST_TEXT = 140
AMOUNT = re.compile(r"(?:0|[1-9][0-9]*),[0-9]{2}")
SEQUENCE = re.compile(r"[1-9][0-9]{0,5}")
ORDER_NUMBER = re.compile(r"\S{16}")
CHANGES = {"AUSZ-AEND", "AUSZ-STOPP"}
KINDS = {"AUSZ-DAUER", "AUSZ-EINZEL", "ANNAHME"} | CHANGES
REQUIRED = ("Aktenzeichen", "Faelligkeit", "Produktsachkonto")


class KasseProfile:
    """The file layout ``ANO``/``RUECK``."""

    name = "kasse"
    order_glob = "ANO_*.csv"

    def order_file(self, office: str, sequence: int) -> str:
        """Name of an order file."""
        return f"ANO_{office}_{sequence:06d}.csv"

    def answer_file(self, office: str, sequence: int) -> str:
        """Name of an answer file."""
        return f"RUECK_{office}_{sequence:06d}.csv"

    def read(self, raw: bytes) -> Batch:
        """Read an order file; raises :class:`BatchFault` at the first broken rule."""
        rows = read_table(raw)
        if not rows or rows[0] != ORDER_COLUMNS:
            raise BatchFault("Satz 1: Spaltennamen weichen ab")
        records = [_named(row, at) for at, row in enumerate(rows[1:], start=2)]
        if not records or records[-1]["Satz"] != "E":
            raise BatchFault("Endesatz fehlt")
        office, sequence = _read_run(records)
        orders = tuple(_read_order(row, at) for at, row in enumerate(records[:-1], start=2))
        _check_trailer(records[-1], orders)
        return Batch(office, sequence, orders)

    def protocol(self, head: AnswerHead, verdicts: list[Verdict], postings: list[Posting]) -> bytes:
        """Answer file with ``PROT`` and ``SOLL`` rows."""
        rows = [_protocol_row(verdict) for verdict in verdicts]
        rows += [_posting_row(posting) for posting in postings]
        return _answer(head, rows, 0)

    def receipts(self, head: AnswerHead, receipts: list[Receipt]) -> bytes:
        """Answer file with ``IST`` rows."""
        total = sum(receipt.amount_cents for receipt in receipts)
        return _answer(head, [_receipt_row(receipt) for receipt in receipts], total)


def _named(row: list[str], number: int) -> dict[str, str]:
    if len(row) != len(ORDER_COLUMNS):
        raise BatchFault(f"Satz {number}: {len(row)} statt {len(ORDER_COLUMNS)} Spalten")
    return dict(zip(ORDER_COLUMNS, row, strict=True))


def _read_run(records: list[dict[str, str]]) -> tuple[str, int]:
    office, sequence = records[-1]["Mandant"], records[-1]["Lauf"]
    if not office or not SEQUENCE.fullmatch(sequence):
        raise BatchFault("Endesatz: Mandant oder Lauf fehlt")
    for number, record in enumerate(records, start=2):
        if (record["Mandant"], record["Lauf"]) != (office, sequence):
            raise BatchFault(f"Satz {number}: Mandant oder Lauf weicht vom Endesatz ab")
    return office, int(sequence)


def _read_order(record: dict[str, str], number: int) -> Order:
    if record["Satz"] != "D":
        raise BatchFault(f"Satz {number}, Satz: nicht D")
    if record["Art"] not in KINDS:
        raise BatchFault(f"Satz {number}, Art: unbekannt")
    for name in REQUIRED:
        if not record[name]:
            raise BatchFault(f"Satz {number}, {name}: fehlt")
    _check_texts(record, number)
    _check_dates(record, number)
    _check_used(record, number)
    return Order(
        order_id=record["Belegnummer"],
        claim=record["Art"] == "ANNAHME",
        amount_cents=_cents(record["Betrag"], number),
        iban=record["IBAN"],
        budget_line=record["Produktsachkonto"],
        party=record["Name"],
        standing=record["Art"] == "AUSZ-DAUER",
        changes=record["Bezug"],
        stop=record["Art"] == "AUSZ-STOPP",
    )


def _check_texts(record: dict[str, str], number: int) -> None:
    if not ORDER_NUMBER.fullmatch(record["Belegnummer"]):
        raise BatchFault(f"Satz {number}, Belegnummer: nicht 16 Zeichen")
    if len(record["Buchungstext"]) > LONGEST_TEXT:
        raise BatchFault(f"Satz {number}, Buchungstext: länger als {LONGEST_TEXT} Zeichen")


def _check_dates(record: dict[str, str], number: int) -> None:
    begin = _date(record["Faelligkeit"], number, "Faelligkeit")
    if record["Bis"] and _date(record["Bis"], number, "Bis") < begin:
        raise BatchFault(f"Satz {number}, Bis: liegt vor Faelligkeit")


def _check_used(record: dict[str, str], number: int) -> None:
    """Every kind has columns it needs and columns it must leave empty."""
    art = record["Art"]
    needed, unused = {"Name"}, {"Strasse", "PLZ", "Ort", "Bezug"}
    if art in CHANGES:
        needed, unused = {"Bezug"}, {"Strasse", "PLZ", "Ort", "Name", "IBAN"}
    elif art == "ANNAHME":
        unused = {"IBAN", "Bezug"}
    else:
        needed.add("IBAN")
    if art != "AUSZ-DAUER":
        unused.add("Bis")
    for name in ORDER_COLUMNS:
        if name in unused and record[name]:
            raise BatchFault(f"Satz {number}, {name}: gehört nicht zu {art}")
        if name in needed and not record[name]:
            raise BatchFault(f"Satz {number}, {name}: fehlt")
    if art == "AUSZ-STOPP" and _cents(record["Betrag"], number):
        raise BatchFault(f"Satz {number}, Betrag: bei einem Stopp nicht null")


def _check_trailer(record: dict[str, str], orders: tuple[Order, ...]) -> None:
    used = {"Satz", "Mandant", "Lauf", "Belegnummer", "Betrag"}
    if any(value for name, value in record.items() if name not in used):
        raise BatchFault("Endesatz: Inhalt in einer leeren Spalte")
    if record["Belegnummer"] != str(len(orders)):
        raise BatchFault(f"Endesatz, Anzahl: {len(orders)} Sätze gezählt")
    total = sum(order.amount_cents for order in orders)
    if _cents(record["Betrag"], len(orders) + FEWEST_ROWS) != total:
        raise BatchFault("Endesatz, Summe: weicht von der Summe der Beträge ab")


def _cents(text: str, number: int) -> int:
    if not AMOUNT.fullmatch(text):
        raise BatchFault(f"Satz {number}, Betrag: nicht in der Form 299,00")
    return int(text.replace(",", ""))


def _date(text: str, number: int, name: str) -> date:
    if re.fullmatch(r"[0-9]{2}\.[0-9]{2}\.[0-9]{4}", text):
        try:
            return datetime.strptime(text, "%d.%m.%Y").date()
        except ValueError:
            pass  # the fault below names the place
    raise BatchFault(f"Satz {number}, {name}: kein Datum TT.MM.JJJJ")


def _answer(head: AnswerHead, rows: list[dict[str, str]], total: int) -> bytes:
    trailer = {"Satz": "E", "Belegnummer": str(len(rows)), "Betrag": _euro(total)}
    run = {"Mandant": head.office, "Lauf": str(head.sequence)}
    records = [{"Satz": "D"} | row | run for row in rows] + [trailer | run]
    table = [[record.get(column, "") for column in ANSWER_COLUMNS] for record in records]
    return write_table([ANSWER_COLUMNS, *table])


def _protocol_row(verdict: Verdict) -> dict[str, str]:
    row = {"Art": "PROT", "Belegnummer": verdict.order_id}
    if verdict.fault is None:
        return row | {"Ergebnis": "OK"}
    code = f"F{verdict.fault.number:02d}"
    return row | {"Ergebnis": "FEHLER", "Code": code, "Text": verdict.fault.text}


def _posting_row(posting: Posting) -> dict[str, str]:
    return {
        "Art": "SOLL",
        "Belegnummer": posting.order_id,
        "Kassenzeichen": posting.reference,
        "Personenkonto": posting.account,
    }


def _receipt_row(receipt: Receipt) -> dict[str, str]:
    return {
        "Art": "IST",
        "Belegnummer": receipt.receipt_id,
        "Kassenzeichen": receipt.reference,
        "Betrag": _euro(receipt.amount_cents),
        "Buchungstag": receipt.booked_on.strftime("%d.%m.%Y"),
        "Einzahler": receipt.payer,
        "Text": receipt.text,
    }


def _euro(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02d}"
