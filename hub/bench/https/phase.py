"""One phase of a run over HTTPS, over: what sender and partner noted, put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from hub.bench.https.receiver import Received
from hub.bench.https.sender import NS, Sent
from hub.bench.load import Load

TAKEN = 202
ACCEPTED = "angenommen"


@dataclass(frozen=True)
class Phase:
    """What was sent and what came out; times in nanoseconds of the machine's monotonic clock."""

    load: Load
    sent: Sequence[Sent]
    received: Sequence[Received]
    """All the partner has ever noted."""
    cpu_s: float
    """Of the hub, until nothing was left to do."""
    filed_ns: int
    """When the last document lay in the e-file."""
    commits: float
    """Durable commits meanwhile."""

    @property
    def begin_ns(self) -> int:
        """When the first was due; where nothing was sent, the end."""
        return min((one.due_ns for one in self.sent), default=self.filed_ns)

    @property
    def seconds(self) -> float:
        """Until the partner had the last receipt."""
        last = max((self._receipts[one] for one in self._answered), default=self.filed_ns)
        return max(last - self.begin_ns, 1) / NS

    @property
    def filed_s(self) -> float:
        """Until the last document lay in the e-file."""
        return max(self.filed_ns - self.begin_ns, 1) / NS

    @property
    def waits_ms(self) -> list[float]:
        """From the time of each message to its receipt at the partner."""
        # What comes twice is under a key of its own: the number alone is the first one's.
        due = {one.key: one.due_ns for one in self.sent}
        return [(self._receipts[one] - due[one]) / 1e6 for one in self._answered if one in due]

    @property
    def accepts_ms(self) -> list[float]:
        """From the time of each message to the answer that it is durable."""
        return [(s.answered_ns - s.due_ns) / 1e6 for s in self.sent if s.status == TAKEN]

    @property
    def sent_again(self) -> int:
        """Requests that were repeated."""
        return sum(one.tries - 1 for one in self.sent)

    @cached_property
    def _receipts(self) -> dict[str, int]:
        first: dict[str, int] = {}
        for one in self.received:
            if one.result == ACCEPTED:
                first.setdefault(one.number, one.at_ns)
        return first

    @cached_property
    def _answered(self) -> list[str]:
        numbers = (one.business_id for one in self.load.planned if one.valid)
        return [number for number in numbers if number in self._receipts]
