"""What waits for the second person (four eyes): what others proposed and somebody may approve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hub.store.desk import corrections
from hub.web.visit import Visit

MOST: Final = 20
"""Of each kind; more are a matter of their own lists."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """Something a second person is asked for."""

    what: str
    about: str
    by: str
    at_us: int
    address: str


async def waiting_for(visit: Visit) -> list[Proposed]:
    """Return what waits for the person of the visit, the longest first; never their own."""
    found = [*await _disposals(visit), *await _inspections(visit), *await _corrections(visit)]
    return sorted(found, key=lambda one: (one.at_us, one.address))


async def _disposals(visit: Visit) -> list[Proposed]:
    rows = await visit.efile.disposal.proposed(visit.tenant, visit.account.login, MOST)
    return [
        Proposed(
            "Vernichtung" if run.purpose == "retention" else "Fehlablage", run.reason,
            run.proposed_by, run.proposed_at_us, f"/vernichtung/{run.id}",
        )
        for run in rows
    ]  # fmt: skip


async def _inspections(visit: Visit) -> list[Proposed]:
    release = visit.efile.inspections.release
    rows = await release.waiting(visit.tenant, visit.account.login, MOST)
    return [
        Proposed(
            "Akteneinsicht", f"{akte.aktenzeichen}: {one.plan.purpose}",
            ", ".join(one.plan.authors), one.changed_at_us,
            f"/akten/{akte.id}/akteneinsicht/{one.id}/kopie",
        )
        for one, akte in rows
    ]  # fmt: skip


async def _corrections(visit: Visit) -> list[Proposed]:
    tenant, login = visit.tenant, visit.account.login
    rows = await visit.services.database.read(
        lambda tx: corrections.proposed(tx, tenant, login, MOST)
    )
    return [
        Proposed(
            "Berichtigung", row["reason"], row["proposed_by"], row["proposed_us"],
            f"/berichtigungen/{row['id']}",
        )
        for row in rows
    ]  # fmt: skip
