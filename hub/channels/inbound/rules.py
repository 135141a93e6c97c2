"""What one channel has agreed with its senders, and which names are never taken."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import translate
from typing import Literal

UNFINISHED = (
    "*.tmp", "*.part", "*.filepart", "*.crdownload", "*~", "~*", ".*", "*.sha256", "*.md5",
    "*.done",
)  # fmt: skip
"""Names of files that are still being written, and of sidecars, in any case of letters."""

_UNFINISHED = re.compile("|".join(translate(pattern) for pattern in UNFINISHED), re.IGNORECASE)

Ready = Literal["stable", "rename", "sidecar"]
Order = Literal["mtime", "name", "number"]


@dataclass(frozen=True, slots=True)
class Rules:
    """How a channel recognises complete files and in which order it takes them."""

    ready: Ready = "stable"
    settle_s: float = 5.0
    max_bytes: int = 50_000_000
    batch: int = 200
    keep_done_days: int = 7
    """How long cleared files stay; 0 removes them at once."""
    scan_s: float = 5.0
    """What one full scan found is worked off for so long before the next."""
    order: Order = "mtime"
    number: re.Pattern[str] | None = None
    """Pattern whose one group finds the sender's number in the name."""
    gap_wait_s: float | None = None
    """How long a missing number is waited for; 0: without end; ``None``: not at all."""
    owner: int | None = None
    """Whose files are taken; ``None``: everybody's."""
    settle_max_s: float = 900.0
    """How long a sidecar waits for its files and for the right digest."""
    max_attachment_bytes: int = 200_000_000
    must_be_mount: bool = False
    """Whether an inbox that is not mounted is a fault and not an empty folder."""

    def key(self, name: str, mtime_ns: int) -> tuple[int, int, str]:
        """Return the place of a file in the order; one without a number comes last."""
        if self.order == "name":
            return (0, 0, name)
        if self.order == "number":
            number = self.number_of(name)
            return (1, mtime_ns, name) if number is None else (0, number, name)
        return (0, mtime_ns, name)

    def number_of(self, name: str) -> int | None:
        """Return the sender's number in a name, if it has one."""
        found = self.number.search(name) if self.number else None
        return int(found[1]) if found and found[1].isascii() and found[1].isdigit() else None


def is_taken(name: str) -> bool:
    """Tell whether a file of this name is ever picked up."""
    return not _UNFINISHED.match(name)
