"""Order and answer files of the IHV profile, read and written as the page says."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from hub.simulators.cash.model import (
    AnswerHead,
    Batch,
    BatchFault,
    Order,
    Posting,
    Receipt,
    Verdict,
)
from hub.simulators.ihv.layout import (
    CHANGE,
    CLAIM,
    HEADER,
    PAYMENT,
    POSTING,
    PROTOCOL,
    RECEIPT,
    TRAILER,
    read_line,
    split_lines,
    write_line,
)

FORMAT = "AHIHV001"
RECORDS = {"Z": PAYMENT, "V": CHANGE, "S": CLAIM}
FEWEST_LINES = 2


class IhvProfile:
    """The file layout ``AHIHV001``."""

    name = "ihv"
    order_glob = "IHV-A-*.txt"

    def order_file(self, office: str, sequence: int) -> str:
        """Name of an order file."""
        return f"IHV-A-{office}-{sequence:06d}.txt"

    def answer_file(self, office: str, sequence: int) -> str:
        """Name of an answer file."""
        return f"IHV-R-{office}-{sequence:06d}.txt"

    def read(self, raw: bytes) -> Batch:
        """Read an order file; raises :class:`BatchFault` at the first broken rule."""
        lines = split_lines(raw)
        if len(lines) < FEWEST_LINES:
            raise BatchFault("Kopf oder Ende fehlt")
        office, sequence = _read_header(lines[0])
        orders = tuple(_read_order(line, at) for at, line in enumerate(lines[1:-1], start=2))
        _check_trailer(lines[-1], len(lines), orders)
        return Batch(office, sequence, orders)

    def protocol(self, head: AnswerHead, verdicts: list[Verdict], postings: list[Posting]) -> bytes:
        """Answer file with ``P`` and ``B`` records."""
        records = chain(map(_protocol_line, verdicts), map(_posting_line, postings))
        return _answer(head, records, 0)

    def receipts(self, head: AnswerHead, receipts: list[Receipt]) -> bytes:
        """Answer file with ``I`` records."""
        total = sum(receipt.amount_cents for receipt in receipts)
        return _answer(head, map(_receipt_line, receipts), total)


def _read_header(line: str) -> tuple[str, int]:
    values = read_line(line, 1, HEADER)
    wanted = {"Satzart": "H", "Format": FORMAT, "Richtung": "A", "Antwort auf": ""}
    for name, value in wanted.items():
        if values[name] != value:
            raise BatchFault(f"Zeile 1, {name}: erwartet „{value}“")
    return values["Dienststelle"], int(values["Folgenummer"])


def _read_order(line: str, number: int) -> Order:
    fields = RECORDS.get(line[0])
    if fields is None:
        raise BatchFault(f"Zeile {number}, Satzart: weder Z noch V noch S")
    values = read_line(line, number, fields)
    claim = values["Satzart"] == "S"
    CHECKS[values["Satzart"]](values, number)
    return Order(
        order_id=values["Auftragsnummer"],
        claim=claim,
        amount_cents=int(values["Betrag"]),
        iban=values.get("IBAN", ""),
        budget_line=values["Buchungsstelle"],
        party=values.get("Schuldner" if claim else "Empfaenger", ""),
        standing=values.get("Zahlungsart") == "D",
        changes=values.get("Bezug", ""),
        stop=values.get("Aenderungsart") == "S",
    )


def _check_payment(values: dict[str, str], number: int) -> None:
    if values["Zahlungsart"] not in {"D", "E"}:
        raise BatchFault(f"Zeile {number}, Zahlungsart: weder D noch E")
    if values["Ende"] and values["Ende"] < values["Beginn"]:
        raise BatchFault(f"Zeile {number}, Ende: liegt vor Beginn")


def _check_change(values: dict[str, str], number: int) -> None:
    if values["Aenderungsart"] not in {"A", "S"}:
        raise BatchFault(f"Zeile {number}, Aenderungsart: weder A noch S")
    if values["Aenderungsart"] == "S" and int(values["Betrag"]):
        raise BatchFault(f"Zeile {number}, Betrag: bei einem Stopp nicht null")


def _check_claim(values: dict[str, str], number: int) -> None:
    if values["Mahnschluessel"] not in {"1", ""}:
        raise BatchFault(f"Zeile {number}, Mahnschluessel: weder 1 noch leer")


CHECKS = {"Z": _check_payment, "V": _check_change, "S": _check_claim}


def _check_trailer(line: str, number: int, orders: tuple[Order, ...]) -> None:
    if line[0] != "T":
        raise BatchFault(f"Zeile {number}, Satzart: letzte Zeile ist kein Endesatz T")
    values = read_line(line, number, TRAILER)
    if int(values["Anzahl"]) != len(orders):
        raise BatchFault(f"Zeile {number}, Anzahl: {len(orders)} Sätze gezählt")
    if int(values["Summe"]) != sum(order.amount_cents for order in orders):
        raise BatchFault(f"Zeile {number}, Summe: weicht von der Summe der Beträge ab")


def _answer(head: AnswerHead, records: Iterable[bytes], total: int) -> bytes:
    body = list(records)
    first = write_line(
        HEADER,
        Satzart="H",
        Format=FORMAT,
        Richtung="R",
        Dienststelle=head.office,
        Folgenummer=head.sequence,
        Erstellt=head.made_on,
        **{"Antwort auf": "" if head.answers is None else f"{head.answers:06d}"},
    )
    last = write_line(TRAILER, Satzart="T", Anzahl=len(body), Summe=total)
    return b"".join([first, *body, last])


def _protocol_line(verdict: Verdict) -> bytes:
    fault = verdict.fault
    return write_line(
        PROTOCOL,
        Satzart="P",
        Auftragsnummer=verdict.order_id,
        Ergebnis="A" if fault is None else "X",
        Fehlercode="" if fault is None else f"E10{fault.number}",
        Fehlertext="" if fault is None else fault.text,
    )


def _posting_line(posting: Posting) -> bytes:
    return write_line(
        POSTING,
        Satzart="B",
        Auftragsnummer=posting.order_id,
        Kassenzeichen=posting.reference,
        Personenkonto=posting.account,
    )


def _receipt_line(receipt: Receipt) -> bytes:
    return write_line(
        RECEIPT,
        Satzart="I",
        Belegnummer=receipt.receipt_id,
        Kassenzeichen=receipt.reference,
        Betrag=receipt.amount_cents,
        Buchungstag=receipt.booked_on,
        Einzahler=receipt.payer,
        Text=receipt.text,
    )
