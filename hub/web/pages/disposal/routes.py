"""Addresses of disposal runs with their rights.

Whoever works on files or runs the office may propose, and approve what somebody else proposed;
both see only files they may see. Approving wants a fresh proof of who it is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from hub.web import policy
from hub.web.pages.disposal import misfilings, proposals, runs
from hub.web.policy import Policy, Route


def _disposal(action: str, object_kind: str = "run", *, csrf: bool = False) -> Policy:
    return Policy(
        action=action, object_kind=object_kind, purpose="Aufbewahrung",
        roles=policy.CLERKS, office_only=True, csrf=csrf,
    )  # fmt: skip


def _file(action: str) -> Policy:
    """What those who work on files do with a document in the wrong one."""
    return Policy(
        action=action, object_kind="document", purpose="Fallbearbeitung",
        roles=policy.FILE_READERS, office_only=True,
    )  # fmt: skip


_MISFILED: Final = "/akten/{akte}/dokumente/{document}/fehlablage"
_ROOT: Final = "/vernichtung"
_RUN: Final = f"{_ROOT}/{{run}}"

ROUTES: Final = (
    Route("GET", _ROOT, "disposals", runs.listed, _disposal("disposals_listed", "day")),
    Route(
        "GET", f"{_ROOT}/vorschlag", "disposal-form", proposals.form,
        _disposal("disposal_prepared", "day"),
    ),
    Route(
        "POST", f"{_ROOT}/vorschlag", "disposal-propose", proposals.propose,
        _disposal("disposal_proposed", csrf=True),
    ),
    Route(
        "GET", _MISFILED, "misfiling-form", misfilings.form,
        _file("misfiling_prepared"),
    ),
    Route(
        "POST", _MISFILED, "misfiling-propose", misfilings.propose,
        replace(_file("misfiling_proposed"), csrf=True),
    ),
    Route("GET", _RUN, "disposal", runs.show, _disposal("disposal_viewed")),
    Route(
        "GET", f"{_RUN}/zustimmen", "disposal-approve-form", runs.approval,
        replace(_disposal("disposal_approval_viewed"), fresh=True),
    ),
    Route(
        "POST", f"{_RUN}/zustimmen", "disposal-approve", runs.approve,
        replace(_disposal("disposal_approved", csrf=True), fresh=True),
    ),
    Route(
        "POST", f"{_RUN}/ablehnen", "disposal-decline", runs.decline,
        _disposal("disposal_declined", csrf=True),
    ),
    Route(
        "GET", f"{_RUN}/protokoll", "disposal-certificate", runs.certificate,
        _disposal("disposal_certificate_viewed"),
    ),
    Route(
        "GET", f"{_RUN}/protokoll.pdf", "disposal-certificate-sheet", runs.certificate_sheet,
        _disposal("disposal_certificate_downloaded"),
    ),
    Route(
        "GET", f"{_RUN}/protokoll.json", "disposal-certificate-file", runs.certificate_file,
        _disposal("disposal_certificate_downloaded"),
    ),
)  # fmt: skip
