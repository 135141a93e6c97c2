"""What a measurement says; the keys are stable."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One measurement of ``bench messages``."""

    mode: str
    store: str
    messages: int
    seconds: float
    messages_per_second: float
    """Until the receipt of the last message had left; without receipts its cash order."""
    filed_per_second: float
    """Until the last document also lay in the e-file."""
    cores: float
    """Cores the hub kept busy on average, children included; S3 server and partners are not."""
    bare_limit_per_second: float
    ratio_per_core: float
    """Messages per second of processor time, as a part of the bare limit."""
    cpu_ms_per_message: float
    fsync_per_second: float
    p50_ms: float
    """From the acceptance to the end of the message; over HTTPS from the first byte sent to the
    receipt at the partner."""
    p99_ms: float
    rss_mb: float
    lost: int
    duplicated: int
    out_of_order: int
    balanced: bool
    receipts: str = "all"
    """Or ``refusals``: of which messages the case core got one."""
    filing_apart: bool = False
    """Whether a process of its own filed; its commits are not among those counted."""

    def to_dict(self) -> dict[str, object]:
        """Return the stable keys of ``bench messages --json``."""
        return asdict(self)

    @property
    def good(self) -> bool:
        """Whether nothing was lost, doubled or out of order."""
        return self.balanced and not (self.lost or self.duplicated or self.out_of_order)


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderFigures(Figures):
    """One measurement from folder to folder in one process."""

    commits_per_message: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeFigures(Figures):
    """One measurement from folder to folder with so many nodes; memory is that of the largest."""

    workers: int
    offices: int
    database_cpu_ms_per_message: float
    """Of the server; 0 where it is not ours to look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpsFigures(Figures):
    """One measurement from HTTPS to HTTPS; what is at half load was measured at that load."""

    commits_per_message: float

    connections: int
    """Kept connections of the sending system."""
    accept_p50_ms: float
    """From the first byte sent to the answer 202, which means durable."""
    accept_p99_ms: float
    half_per_second: float
    """The load of the second phase: half of what the first one reached."""
    half_messages: int
    half_p50_ms: float
    half_p99_ms: float
    half_accept_p50_ms: float
    half_accept_p99_ms: float
    half_cores: float
    sent_again: int
    """Requests the hub asked to be sent again, and lines that broke."""
