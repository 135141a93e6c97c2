"""The load of a benchmark: seeded, with repetitions and faults like real life."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from hub.demo import drops
from hub.demo.cast import MUSTERSTADT, Family, Office

PER_CASE = 10
"""Messages per case: enough that order matters, few enough that cases run side by side."""
MIXED = 200
"""Cases whose messages come mixed."""
EVERY_INVALID = 200
"""0.5 % of the documents contradict their schema."""
EVERY_REPEATED = 100
"""1 % of the files come twice."""

Receipts = Literal["all", "refusals"]
"""Of which messages the case core gets a receipt."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One planned message."""

    business_id: str
    case_id: str
    number: int
    """Place within its case."""
    valid: bool
    data: bytes

    @property
    def is_order(self) -> bool:
        """Whether it leads to a cash order."""
        return self.valid and self.number > 0


class Load:
    """Many cases, each opened by ``Falldaten`` and followed by payment orders of about 2 KB."""

    def __init__(
        self,
        count: int,
        first_case: int = 0,
        office: Office = MUSTERSTADT,
        *,
        receipts: Receipts = "all",
    ) -> None:
        """Plan ``count`` messages of cases numbered from ``first_case`` on.

        The cash system of ``office`` must be the IHV. Its case core hears of every message, or
        of refusals only.
        """
        self.office = office
        self.receipts: Receipts = receipts
        self._first_case = first_case
        self.planned = [self._plan(index) for index in range(count)]
        self.repeated = [one for i, one in enumerate(self.planned) if i % EVERY_REPEATED == 7]  # noqa: PLR2004  any fixed place within the hundred

    def __add__(self, other: Load) -> Load:
        """Return both as one load of the first one's office."""
        both = Load(0, office=self.office, receipts=self.receipts)
        both.planned = [*self.planned, *other.planned]
        both.repeated = [*self.repeated, *other.repeated]
        return both

    @property
    def mixed(self) -> list[Planned]:
        """All messages with those of a case apart from each other, the repetitions last.

        As in life: between two messages of a case come those of many others.
        """
        cases = len({one.case_id for one in self.planned})
        rounds = [
            [one for one in self.planned[begin : begin + MIXED * PER_CASE] if one.number == number]
            for begin in range(0, cases * PER_CASE, MIXED * PER_CASE)
            for number in range(PER_CASE)
        ]
        return [*(one for round_ in rounds for one in round_), *self.repeated]

    @property
    def files(self) -> int:
        """How many files are dropped."""
        return len(self.planned) + len(self.repeated)

    @property
    def answered(self) -> set[str]:
        """The senders' numbers that must be answered with *accepted*, once each."""
        return self.valid if self.receipts == "all" else set()

    @property
    def valid(self) -> set[str]:
        """The senders' numbers of what must be accepted."""
        return {one.business_id for one in self.planned if one.valid}

    @property
    def orders(self) -> int:
        """How many cash orders must come out."""
        return sum(one.is_order for one in self.planned)

    def documents(self, count: int) -> list[bytes]:
        """Return orders for the bare limit."""
        orders = [one.data for one in self.planned if one.is_order]
        return [orders[i % len(orders)] for i in range(count)]

    def drop(self, inbox: Path) -> None:
        """Drop every file whole, the repetitions last: written beside, then renamed."""
        inbox.mkdir(parents=True, exist_ok=True)
        for index, one in enumerate((*self.planned, *self.repeated)):
            name = f"Nachricht_{index:08d}.xml"
            hidden = inbox / f".{name}.part"
            hidden.write_bytes(one.data)
            hidden.rename(inbox / name)

    def _plan(self, index: int) -> Planned:
        case, number = divmod(index, PER_CASE)
        case += self._first_case
        family = _family(f"BENCH-{case:08d}", case)
        valid = index % EVERY_INVALID != EVERY_INVALID - 1
        if number == 0:
            data, business_id = drops.case_data(family, self.office), f"FD-{family.case_id}"
            wrong = data.replace(b"<geschlecht>w<", b"<geschlecht>k<")
        else:
            data = drops.payment_order(family, number)
            business_id = f"AZ-{family.case_id}-{number}"
            wrong = data.replace(b"<betrag>", b"<betrag>zuviel ")
        return Planned(business_id, family.case_id, number, valid, data if valid else wrong)


def _family(case_id: str, case: int) -> Family:
    return replace(
        MUSTERSTADT.xml[1], case_id=case_id, account=case, child=("Muster", f"Kind {case}")
    )
