"""Cash orders (*Kassenanordnungen*) that follow from a notice.

Invariant: an order is named by the message it follows from, so deciding again yields the
same orders. Neither name nor account appears in purposes; the AZR number in nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hub.core.ids import derived_code
from hub.core.record import Record
from hub.partners.base import Situation
from hub.partners.case_core.payments import PAYOUT, paid
from hub.partners.case_core.records import Bescheid, Reclaim
from hub.partners.outcome import Filing, Role, Send
from hub.partners.shape import without_blanks
from hub.uvg.model import Case, Order, Period

ACCEPTANCE = "Annahmeanordnung"
LONGEST_TEXT = 140
"""Length of purpose and reason in the record catalogue (as in a SEPA transfer)."""
VORGANG_PAYMENTS = "Zahlungen"
VORGANG_RECLAIM = "Rückforderung § 5 UVG"
VORGANG_RECOURSE = "Rückgriff § 7 UVG"


@dataclass(frozen=True, slots=True)
class CashOrder:
    """One order: what the case remembers and what the cash system gets."""

    order: Order
    record: Record
    ref: str

    @property
    def send(self) -> Send:
        """The promise to bring it to the cash system."""
        return Send(Role.CASH, self.record, self.ref)

    @property
    def filing(self) -> Filing:
        """The promise to file it."""
        return Filing(self.title, self.order.kind, self.vorgang, f"file-{self.ref}", self.record)

    @property
    def title(self) -> str:
        """Title of its document in the e-file."""
        return f"{self.word} {self.order.order_id}"

    @property
    def word(self) -> str:
        """What it does to a payment or claim, in the office's words."""
        if not self.order.changes:
            return self.order.kind
        return "Änderungsanordnung" if self.order.amount_cents else "Stoppanordnung"

    @property
    def vorgang(self) -> str:
        """The matter its papers belong to."""
        if self.order.kind == PAYOUT:
            return VORGANG_PAYMENTS
        return VORGANG_RECOURSE if self.order.recourse else VORGANG_RECLAIM


def payouts(case: Case, notice: Bescheid, situation: Situation) -> tuple[CashOrder, ...]:
    """Return one standing order per period that pays something (§ 9 Abs. 3 UVG)."""
    return tuple(
        _payout(case, notice, period, situation, number)
        for number, period in enumerate(case.periods, start=1)
        if period.amount_cents > 0
    )


def acceptance(case: Case, notice: Bescheid, reclaim: Reclaim, situation: Situation) -> CashOrder:
    """Return the order to take in what is claimed back (§ 5 UVG)."""
    ref = "acceptance-1"
    order = Order(
        order_id=order_id(situation, ref),
        kind=ACCEPTANCE,
        amount_cents=reclaim.amount_cents,
        notice_id=notice.notice_id,
    )
    data = {
        "order_id": order.order_id,
        "case_id": case.case_id,
        "notice_id": notice.notice_id,
        "amount_cents": reclaim.amount_cents,
        "due_date": reclaim.due_date.isoformat(),
        "debtor": debtor_name(case, reclaim),
        # A child lives with the carer, who is reached at the same address.
        "street": case.carer.street,
        "house_number": case.carer.house_number,
        "postal_code": case.carer.postal_code,
        "city": case.carer.city,
        "reason": plain(f"{reclaim.legal_basis}, {reclaimed_months(reclaim)}"),
        "legal_basis": reclaim.legal_basis,
        "budget_line": situation.tenant.cash.budget_in,
        "office": situation.tenant.cash.office,
        "dunning_key": "1",
    }
    return CashOrder(order, Record(ACCEPTANCE, data), ref)


def is_paying(case: Case, today: date) -> bool:
    """Whether the cash system may be paying on an order of this case, now or later."""
    return any(one.end is None or today <= one.end for one in paid(case))


def pays_already(case: Case, periods: tuple[Period, ...]) -> bool:
    """Whether an earlier order covers a day of a period that pays something."""
    return any(
        covers_a_day(case, period.begin, period.end)
        for period in periods
        if period.amount_cents > 0
    )


def covers_a_day(case: Case, begin: date, end: date | None) -> bool:
    """Whether an order of this case already pays for a day of this span."""
    return any(one.shares_a_day(begin, end) for one in paid(case))


def pays_the_same(case: Case, order: Order) -> bool:
    """Whether the same amount was already ordered for the same span."""
    return any(
        (one.begin, one.end, one.amount_cents) == (order.begin, order.end, order.amount_cents)
        for one in paid(case)
    )


def usual_purpose(case_id: str, notice_id: str) -> str:
    """Return what the payee reads on the statement of account."""
    return plain(f"Unterhaltsvorschuss {case_id} Bescheid {notice_id}")


def debtor_name(case: Case, reclaim: Reclaim) -> str:
    """Return who owes: the carer (§ 5 Abs. 1 UVG) or the child (§ 5 Abs. 2 UVG)."""
    person = case.carer if reclaim.debtor == "carer" else case.child
    return f"{person.given_names} {person.family_name}"


def reclaimed_months(reclaim: Reclaim) -> str:
    """Return the period claimed back in German notation."""
    return span(reclaim.period_begin, reclaim.period_end)


def span(begin: date, end: date) -> str:
    """Return ``01.09.2026 bis 31.10.2026``."""
    return f"{begin:%d.%m.%Y} bis {end:%d.%m.%Y}"


def _payout(
    case: Case, notice: Bescheid, period: Period, situation: Situation, number: int
) -> CashOrder:
    ref = f"payout-{number}"
    order = Order(
        order_id=order_id(situation, ref),
        kind=PAYOUT,
        amount_cents=period.amount_cents,
        notice_id=notice.notice_id,
        begin=period.begin,
        end=period.end,
    )
    data = {
        "order_id": order.order_id,
        "case_id": case.case_id,
        "notice_id": notice.notice_id,
        "mode": "standing",
        "amount_cents": period.amount_cents,
        "begin": period.begin.isoformat(),
        "end": period.end.isoformat() if period.end else None,
        "payee": case.bank.holder,
        "iban": case.bank.iban,
        "purpose": usual_purpose(case.case_id, notice.notice_id),
        "budget_line": situation.tenant.cash.budget_out,
        "office": situation.tenant.cash.office,
    }
    return CashOrder(order, Record(PAYOUT, without_blanks(data)), ref)


def order_id(situation: Situation, ref: str) -> str:
    """Return the number of an order: same message, same number."""
    return derived_code(situation.message.id, "order", ref)


def plain(text: str) -> str:
    """Keep to what every cash system can write (ISO 8859-15) and to the agreed length."""
    simple = text.replace("–", "-").replace("\n", " ")
    return simple.encode("iso-8859-15", "replace").decode("iso-8859-15")[:LONGEST_TEXT]
