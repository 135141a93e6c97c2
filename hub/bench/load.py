"""The load of a benchmark: seeded, with repetitions and faults like real life."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from hub.demo import drops
from hub.demo.cast import BEISPIELHAUSEN, Family, Office

PER_CASE = 10
"""Messages per case: enough that order matters, few enough that cases run side by side."""
EVERY_INVALID = 200
"""0.5 % of the documents contradict their schema."""
EVERY_REPEATED = 100
"""1 % of the files come twice."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One planned message."""

    business_id: str
    case_id: str
    number: int
    """Place within its case."""
    valid: bool
    data: bytes


class Load:
    """``Falldaten`` of many cases, in the order they are dropped."""

    office: Office = BEISPIELHAUSEN

    def __init__(self, count: int) -> None:
        self.planned = [self._plan(index) for index in range(count)]
        self.repeated = [one for i, one in enumerate(self.planned) if i % EVERY_REPEATED == 7]  # noqa: PLR2004  any fixed place within the hundred

    @property
    def files(self) -> int:
        """How many files are dropped."""
        return len(self.planned) + len(self.repeated)

    def documents(self, count: int) -> list[bytes]:
        """Return valid documents for the bare limit."""
        valid = [one.data for one in self.planned if one.valid]
        return [valid[i % len(valid)] for i in range(count)]

    def drop(self, inbox: Path) -> None:
        """Drop every file, the repetitions last."""
        inbox.mkdir(parents=True, exist_ok=True)
        for index, one in enumerate((*self.planned, *self.repeated)):
            drops_name = f"Falldaten_{index:08d}.xml"
            (inbox / drops_name).write_bytes(one.data)

    def _plan(self, index: int) -> Planned:
        case, number = divmod(index, PER_CASE)
        case_id = f"BENCH-{case:08d}"
        business_id = f"N-{index:08d}"
        family = _family(case_id, case)
        data = drops.case_data(family, self.office)
        data = data.replace(f"FD-{case_id}".encode(), business_id.encode())
        valid = index % EVERY_INVALID != EVERY_INVALID - 1
        if not valid:
            data = data.replace(b"<geschlecht>w<", b"<geschlecht>k<")
        return Planned(business_id, case_id, number, valid, data)


def _family(case_id: str, case: int) -> Family:
    return replace(
        BEISPIELHAUSEN.xml[0], case_id=case_id, account=case, child=("Muster", f"Kind {case}")
    )
