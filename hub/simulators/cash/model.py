"""What a cash office handles, whatever the file layout: orders in, verdicts and money out.

Amounts are whole cents. The layout of the files is the business of a :class:`Profile`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Protocol

IBAN_FORM = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
GERMAN_IBAN_LENGTH = 22


class BatchFault(Exception):
    """Die Auftragsdatei verletzt die Seite; nichts aus ihr wird gebucht."""


class Fault(Enum):
    """Why one order is refused: number on the partner pages and German text."""

    IBAN = (1, "IBAN besteht die Prüfziffernprobe nicht")
    ZERO = (2, "Betrag ist null")
    BUDGET_LINE = (3, "Buchungsstelle unbekannt")
    USED = (4, "Auftragsnummer wurde schon verwendet")
    CLOSED = (5, "Konto des Empfängers ist erloschen")
    NOT_STANDING = (6, "Laufende Zahlung unbekannt oder beendet")

    def __init__(self, number: int, text: str) -> None:
        self.number = number
        self.text = text


@dataclass(frozen=True)
class Order:
    """One order of a file: a payment (with ``iban``), a claim on a debtor, or a change.

    A change names in ``changes`` the standing payment whose amount it changes or, with
    ``stop``, ends.
    """

    order_id: str
    claim: bool
    amount_cents: int
    iban: str
    budget_line: str
    party: str
    standing: bool = False
    changes: str = ""
    stop: bool = False


@dataclass(frozen=True)
class Batch:
    """One order file that keeps every rule of its page."""

    office: str
    sequence: int
    orders: tuple[Order, ...]


@dataclass(frozen=True)
class Verdict:
    """What became of one order; no ``fault`` means accepted."""

    order_id: str
    fault: Fault | None


@dataclass(frozen=True)
class Posting:
    """A claim put on the books under the reference its payer must quote."""

    order_id: str
    reference: str
    account: str


@dataclass(frozen=True)
class Receipt:
    """Money that came in."""

    receipt_id: str
    reference: str
    amount_cents: int
    booked_on: date
    payer: str
    text: str


@dataclass(frozen=True)
class AnswerHead:
    """First facts of an answer file; ``answers`` is the answered order file, if there is one."""

    office: str
    sequence: int
    made_on: date
    answers: int | None


class Profile(Protocol):
    """The file layout of one cash system, both directions."""

    name: str
    order_glob: str

    def order_file(self, office: str, sequence: int) -> str:
        """Name of an order file."""

    def answer_file(self, office: str, sequence: int) -> str:
        """Name of an answer file."""

    def read(self, raw: bytes) -> Batch:
        """Read an order file; raises :class:`BatchFault`."""

    def protocol(self, head: AnswerHead, verdicts: list[Verdict], postings: list[Posting]) -> bytes:
        """Bytes of the answer to an order file."""

    def receipts(self, head: AnswerHead, receipts: list[Receipt]) -> bytes:
        """Bytes of a file with money that came in."""


def iban_holds(iban: str) -> bool:
    """Whether form, German length and check digits (mod 97, ISO 13616) are right."""
    if not IBAN_FORM.fullmatch(iban):
        return False
    if iban.startswith("DE") and len(iban) != GERMAN_IBAN_LENGTH:
        return False
    digits = "".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])
    return int(digits) % 97 == 1
