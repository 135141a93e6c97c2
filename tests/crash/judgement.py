"""What became of houses that were killed, one by one and all together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from tests.crash.house import House
from tests.crash.senders import Poster
from tests.crash.state import State

KINDS = {"I1": "lost", "I2": "doubled", "I3": "phantom", "I7": "out_of_order"}


@dataclass
class Judgement:
    """What became of one house."""

    seed: int
    kills: int = 0
    dropped: int = 0
    posted: int = 0
    annexes: int = 0
    """Processes that filed and were killed alone."""
    paused: int = 0
    """Nodes that stood still for a while and went on."""
    enclosed: int = 0
    """Of these, how many came with an attachment."""
    retried: int = 0
    repeated: int = 0
    seconds: float = 0.0
    states: dict[str, int] = field(default_factory=dict)
    killed_after: dict[str, int] = field(default_factory=dict)
    """What the hub had said last, and how often."""
    faults: list[str] = field(default_factory=list)
    kept: str = ""
    """The folder of a house with a fault."""

    def count(self, letter: str) -> int:
        return sum(fault.startswith(f"{letter} ") for fault in self.faults)

    def died_after(self, heard: Sequence[str]) -> None:
        """Count a kill and what the hub had said last."""
        self.kills += 1
        last = heard[-1] if heard else "nothing"
        self.killed_after[last] = self.killed_after.get(last, 0) + 1

    def take_from(self, house: House, posters: Sequence[Poster]) -> None:
        """Count what was sent and what became of it."""
        self.faults += [fault for poster in posters for fault in poster.faults]
        self.dropped, self.posted = len(house.dropped), len(house.posted)
        self.enclosed = sum(bool(post.attachment) for post in house.posted)
        self.retried = sum(poster.retried for poster in posters)
        self.repeated = sum(poster.repeated for poster in posters)
        self.states = dict(Counter(m["state"] for m in State.read(house).messages))


def report(judgements: Sequence[Judgement], seed: int) -> dict[str, object]:
    """Return the result of a run for programs."""
    faults = [fault for one in judgements for fault in one.faults]
    numbers = {
        name: sum(getattr(one, name) for one in judgements)
        for name in (
            "kills",
            "annexes",
            "paused",
            "dropped",
            "posted",
            "enclosed",
            "retried",
            "repeated",
        )
    }
    found = {word: sum(one.count(letter) for one in judgements) for letter, word in KINDS.items()}
    killed_after: Counter[str] = Counter()
    for one in judgements:
        killed_after.update(one.killed_after)
    return {
        "ok": not faults, "seed": seed, **numbers, **found,
        "other_faults": len(faults) - sum(found.values()),
        "seconds": round(sum(one.seconds for one in judgements), 1),
        "killed_after": dict(killed_after.most_common()),
        "houses": [asdict(one) for one in judgements],
    }  # fmt: skip
