"""Offers of files to the archive (*Anbietung*), made from what the notes in the files say.

They are a copy, like the whole index: whatever order documents come in, the row of a file is
made from all its statements in the order of their filing. The latest offer counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from efile.index import keeping
from efile.index.access.sight import Sight, narrowing
from efile.index.keeping import Said
from efile.kinds.statement import ArchiveAnswer, Handover
from efile.model import Document
from efile.ports import Transaction

OfferState = Literal["offered", "appraising", "wanted", "declined", "delivered", "refused", "taken"]
"""Waits for an answer; the archive looks closer; wanted; not wanted; handed over; not taken in
because of a fault; in the archive's keeping."""
_SIGNS = ('"handover"', '"answer"')
"""One of them stands in each statement on offers and in no other."""
_ENDLESS = 1 << 62
_STATES: Mapping[str, OfferState] = {
    "appraising": "appraising", "delivered": "delivered", "refused": "refused", "taken": "taken",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Offer:
    """Where the latest offer of a file stands."""

    process: str
    since: date
    """When it was offered."""
    at_us: int
    """The same to the microsecond."""
    state: OfferState
    changed: date
    """Since when it stands there."""
    said: str = ""
    """The archive's words on where it stands."""
    contents: int = 0
    """Documents handed over, notes aside."""
    package: str = ""
    """SHA-256 of the package they were handed over in."""
    arrived: date | None = None
    """When the archive had the offer."""
    delivery_arrived: date | None = None
    """When it had what was handed over."""


@dataclass(frozen=True, slots=True)
class Process:
    """An offer of several files at once."""

    id: str
    offered_at_us: int
    states: Mapping[OfferState, int] = field(default_factory=dict)
    """Files by where they stand."""

    @property
    def cursor(self) -> tuple[int, str]:
        """Where a list goes on behind this offer."""
        return self.offered_at_us, self.id

    @property
    def files(self) -> int:
        """Files for which this is the latest offer."""
        return sum(self.states.values())


def offer_of(said: Iterable[Said]) -> Offer | None:
    """Sum up statements in the order of their filing; a later offer begins anew."""
    offer: Offer | None = None
    for one in said:
        step, answer = one.statement.handover, one.statement.answer
        if step and step.step == "offered" and (offer is None or offer.process != step.process):
            offer = Offer(step.process, step.since, one.at_us, "offered", step.since)
        elif step and offer and offer.process == step.process:
            offer = _moved(offer, step)
        if answer and offer:
            offer = _answered(offer, answer)
    return offer


def _moved(offer: Offer, step: Handover) -> Offer:
    """Return the offer after a step; what the archive has taken in stays taken."""
    if step.step == "offer_received":
        return replace(offer, arrived=offer.arrived or step.since)
    if step.step == "delivery_received":
        return replace(offer, delivery_arrived=offer.delivery_arrived or step.since)
    state = _STATES.get(step.step)
    if state is None or offer.state == "taken":
        return offer
    return replace(
        offer, state=state, changed=step.since, said=step.said,
        contents=step.contents or offer.contents, package=step.digest or offer.package,
    )  # fmt: skip


def _answered(offer: Offer, answer: ArchiveAnswer) -> Offer:
    """Return the offer after an answer; one that names no offer answers the latest."""
    if answer.process not in ("", offer.process) or offer.state in ("delivered", "taken"):
        return offer
    state: OfferState = "wanted" if answer.takes else "declined"
    return replace(offer, state=state, changed=answer.since, said=answer.reason)


def set_up(tx: Transaction, documents: Sequence[Document]) -> None:
    """Make the rows of files anew of which these documents say how they stand."""
    told: dict[str, set[str]] = defaultdict(set)
    for each in documents:
        if any(sign in each.retention for sign in _SIGNS):
            told[each.tenant].add(each.akte_id)
    for tenant, akten in told.items():
        for akte, said in keeping.statements(tx, tenant, sorted(akten)).items():
            _replace(tx, tenant, akte, offer_of(said))


def forget(tx: Transaction, tenant: str) -> None:
    """Take out the rows of an office; :func:`set_up` of all its documents must follow."""
    tx.run("DELETE FROM efile_offers WHERE tenant = :tenant", tenant=tenant)


def _replace(tx: Transaction, tenant: str, akte: str, offer: Offer | None) -> None:
    tx.run(
        "DELETE FROM efile_offers WHERE tenant = :tenant AND akte_id = :akte",
        tenant=tenant, akte=akte,
    )  # fmt: skip
    if offer is not None:
        tx.run(
            "INSERT INTO efile_offers (tenant, akte_id, process, state, offered_at_us)"
            " VALUES (:tenant, :akte, :process, :state, :at)",
            tenant=tenant, akte=akte, process=offer.process, state=offer.state, at=offer.at_us,
        )  # fmt: skip


def processes(
    tx: Transaction,
    tenant: str,
    sight: Sight | None,
    behind: tuple[int, str] | None,
    limit: int,
) -> list[Process]:
    """Return offers behind a cursor, the latest first, with the files that are seen."""
    seen = narrowing(tx, tenant, sight, akte="a")
    at_us, name = behind or (_ENDLESS, "")
    rows = tx.all(
        "SELECT o.process, max(o.offered_at_us) AS at_us FROM efile_offers o"  # noqa: S608  fixed conditions
        " JOIN efile_akten a ON a.tenant = o.tenant AND a.id = o.akte_id"
        " WHERE o.tenant = :tenant AND (o.offered_at_us < :at_us"
        f" OR (o.offered_at_us = :at_us AND o.process > :name)){seen.akte}"
        " GROUP BY o.process ORDER BY max(o.offered_at_us) DESC, o.process LIMIT :limit",
        tenant=tenant, at_us=at_us, name=name, limit=limit, **seen.values,
    )  # fmt: skip
    states = _states(tx, tenant, [row["process"] for row in rows], sight)
    return [Process(row["process"], row["at_us"], states[row["process"]]) for row in rows]


def _states(
    tx: Transaction, tenant: str, names: Sequence[str], sight: Sight | None
) -> dict[str, dict[OfferState, int]]:
    found: dict[str, dict[OfferState, int]] = {name: {} for name in names}
    if not names:
        return found
    seen = narrowing(tx, tenant, sight, akte="a")
    rows = tx.all(
        "SELECT o.process, o.state, count(*) AS files FROM efile_offers o"  # noqa: S608  fixed conditions
        " JOIN efile_akten a ON a.tenant = o.tenant AND a.id = o.akte_id"
        f" WHERE o.tenant = :tenant AND o.process IN :names{seen.akte}"
        " GROUP BY o.process, o.state",
        tenant=tenant, names=tuple(names), **seen.values,
    )  # fmt: skip
    for row in rows:
        found[row["process"]][row["state"]] = row["files"]
    return found


def members(tx: Transaction, tenant: str, process: str) -> list[str]:
    """Return the files for which this is the latest offer, seen or not."""
    rows = tx.all(
        "SELECT akte_id FROM efile_offers WHERE tenant = :tenant AND process = :process"
        " ORDER BY akte_id",
        tenant=tenant, process=process,
    )  # fmt: skip
    return [row["akte_id"] for row in rows]


@dataclass(frozen=True, slots=True)
class Extent:
    """What is in a file, notes on retention aside."""

    begun_us: int
    """When the first of it was received."""
    last_us: int
    """When the last was filed."""
    documents: int
    bytes: int


def extents(tx: Transaction, tenant: str, akten: Sequence[str]) -> dict[str, Extent]:
    """Return what is in each of these files; a file with nothing but notes is left out."""
    if not akten:
        return {}
    rows = tx.all(
        "SELECT d.akte_id, min(d.received_at_us) AS begun, max(d.filed_at_us) AS last,"
        " count(DISTINCT d.id) AS documents, sum(p.size) AS bytes FROM efile_documents d"
        " JOIN efile_parts p ON p.tenant = d.tenant AND p.document_id = d.id"
        " WHERE d.tenant = :tenant AND d.akte_id IN :akten"
        " AND NOT (d.doc_type = :note AND d.retention <> '') GROUP BY d.akte_id",
        tenant=tenant, akten=tuple(akten), note=keeping.NOTE,
    )  # fmt: skip
    return {
        row["akte_id"]: Extent(row["begun"], row["last"], row["documents"], int(row["bytes"]))
        for row in rows
    }


def holders(tx: Transaction, tenant: str, names: Sequence[str]) -> dict[str, str]:
    """Return by its id the file of each of these matters and documents."""
    found: dict[str, str] = {}
    for table in ("efile_vorgaenge", "efile_documents"):
        rows = tx.all(
            f"SELECT id, akte_id FROM {table} WHERE tenant = :tenant AND id IN :names",  # noqa: S608  one of two fixed names
            tenant=tenant, names=tuple(names) or ("",),
        )  # fmt: skip
        found |= {row["id"]: row["akte_id"] for row in rows}
    return found


def contents(tx: Transaction, tenant: str, akten: Sequence[str]) -> dict[str, int]:
    """Return how many documents these files have, notes and evidence aside."""
    if not akten:
        return {}
    rows = tx.all(
        "SELECT akte_id, count(*) AS documents FROM efile_documents WHERE tenant = :tenant"
        " AND akte_id IN :akten AND doc_type <> :evidence"
        " AND NOT (doc_type = :note AND retention <> '') GROUP BY akte_id",
        tenant=tenant, akten=tuple(akten), note=keeping.NOTE, evidence=keeping.EVIDENCE,
    )  # fmt: skip
    return {row["akte_id"]: row["documents"] for row in rows}
