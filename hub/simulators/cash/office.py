"""How the cash office decides: which orders it takes, which references it gives, who pays.

Invariant: :meth:`CashOffice.book` changes the books completely or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from hub.simulators.cash.ledger import Ledger
from hub.simulators.cash.model import (
    AnswerHead,
    Batch,
    Fault,
    Order,
    Posting,
    Profile,
    Receipt,
    Verdict,
    iban_holds,
)

STRAY_CENTS = 4711


@dataclass(frozen=True)
class Terms:
    """How the office behaves: what it refuses and how much money comes in."""

    closed_accounts: frozenset[str] = frozenset()
    budget_lines: frozenset[str] = frozenset()
    """Known budget lines; empty: every one is known."""
    pay: str = "first"
    """``first`` (the office's first claim ever), ``all`` or ``none``."""
    share: Decimal = Decimal("0.5")
    """Part of a claim that is paid."""
    strays: int = 0
    """Receipts ever, per office, that quote an unknown reference."""


@dataclass(frozen=True)
class Booking:
    """What one order file led to, for the log line."""

    orders: int
    refused: int
    claims: int
    receipts: int


class CashOffice:
    """Books order files and takes in money for them."""

    def __init__(self, ledger: Ledger, profile: Profile, terms: Terms) -> None:
        self._ledger = ledger
        self._profile = profile
        self._terms = terms

    def book(self, batch: Batch, digest: str) -> Booking:
        """Book an order file with everything that follows from it, in one transaction."""
        with self._ledger.transaction():
            self._ledger.note_file(batch.office, batch.sequence, digest)
            verdicts = [self._decide(batch.office, order) for order in batch.orders]
            claims = _claims(batch, verdicts)
            postings = [self._post(batch.office, order) for order in claims]
            self._answer_orders(batch, verdicts, postings)
            receipts = self._take_in(batch.office, claims, postings)
            if receipts:
                self._answer_receipts(batch.office, receipts)
        refused = sum(verdict.fault is not None for verdict in verdicts)
        return Booking(len(verdicts), refused, len(postings), len(receipts))

    def _decide(self, office: str, order: Order) -> Verdict:
        fault = self._fault(office, order)
        if fault is None:
            self._ledger.note_order(office, order.order_id)
            self._pay_monthly(office, order)
        return Verdict(order.order_id, fault)

    def _pay_monthly(self, office: str, order: Order) -> None:
        """Begin, change or end a standing payment."""
        if order.stop:
            self._ledger.end_standing(order.changes)
        elif order.standing or order.changes:
            name = order.changes or order.order_id
            self._ledger.note_standing(office, name, order.amount_cents)

    def _fault(self, office: str, order: Order) -> Fault | None:
        if self._ledger.is_booked(order.order_id):
            return Fault.USED
        if order.amount_cents == 0 and not order.stop:
            return Fault.ZERO
        if self._terms.budget_lines and order.budget_line not in self._terms.budget_lines:
            return Fault.BUDGET_LINE
        if order.changes:
            known = self._ledger.standing_cents(office, order.changes)
            return Fault.NOT_STANDING if known is None else None
        return None if order.claim else self._account_fault(order)

    def _account_fault(self, order: Order) -> Fault | None:
        if not iban_holds(order.iban):
            return Fault.IBAN
        return Fault.CLOSED if order.iban in self._terms.closed_accounts else None

    def _post(self, office: str, order: Order) -> Posting:
        number = self._ledger.next_claim(office)
        reference = _reference(office, number)
        self._ledger.note_claim(office, number, reference)
        return Posting(order.order_id, reference, f"PK{number:010d}")

    def _take_in(self, office: str, claims: list[Order], postings: list[Posting]) -> list[Receipt]:
        paid = [
            self._pay(office, order, posting)
            for order, posting in zip(claims, postings, strict=True)
            if self._pays(office)
        ]
        missing = self._terms.strays - self._ledger.strays(office)
        return paid + [self._stray(office) for _ in range(missing)]

    def _pays(self, office: str) -> bool:
        if self._terms.pay == "first":
            return not self._ledger.is_paid(office)
        return self._terms.pay == "all"

    def _pay(self, office: str, order: Order, posting: Posting) -> Receipt:
        cents = int((order.amount_cents * self._terms.share).quantize(Decimal(1), ROUND_HALF_UP))
        text = f"Zahlung zu {posting.reference}"
        return self._receive(office, (posting.reference, max(cents, 1), order.party, text))

    def _stray(self, office: str) -> Receipt:
        reference = _unknown_reference(office, self._ledger.strays(office) + 1)
        facts = (reference, STRAY_CENTS, "Einzahler unbekannt", "Unterhalt")
        return self._receive(office, facts, stray=True)

    def _receive(
        self, office: str, facts: tuple[str, int, str, str], *, stray: bool = False
    ) -> Receipt:
        reference, cents, payer, text = facts
        number = self._ledger.next_receipt(office)
        self._ledger.note_receipt(office, number, reference, cents, stray=stray)
        return Receipt(f"Z{office}{number:08d}", reference, cents, _today(), payer, text)

    def _answer_orders(
        self, batch: Batch, verdicts: list[Verdict], postings: list[Posting]
    ) -> None:
        head = self._head(batch.office, batch.sequence)
        self._keep(head, self._profile.protocol(head, verdicts, postings))

    def _answer_receipts(self, office: str, receipts: list[Receipt]) -> None:
        head = self._head(office, None)
        self._keep(head, self._profile.receipts(head, receipts))

    def _head(self, office: str, answers: int | None) -> AnswerHead:
        sequence = self._ledger.next_answer_sequence(office)
        return AnswerHead(office, sequence, _today(), answers)

    def _keep(self, head: AnswerHead, content: bytes) -> None:
        name = self._profile.answer_file(head.office, head.sequence)
        self._ledger.note_answer(head.office, head.sequence, name, content)


def _claims(batch: Batch, verdicts: list[Verdict]) -> list[Order]:
    pairs = zip(batch.orders, verdicts, strict=True)
    return [order for order, verdict in pairs if order.claim and verdict.fault is None]


def _reference(office: str, number: int) -> str:
    digits = f"{number:08d}"
    return f"{office}{digits}{_check_digit(digits)}"


def _unknown_reference(office: str, number: int) -> str:
    # A wrong check digit: no claim will ever carry this reference.
    digits = f"{number:08d}"
    return f"{office}{digits}{(_check_digit(digits) + 5) % 10}"


def _check_digit(digits: str) -> int:
    return sum((2 - place % 2) * int(digit) for place, digit in enumerate(digits)) % 10


def _today() -> date:
    return datetime.now().astimezone().date()
