"""Addresses of inspections with their rights."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from hub.web import policy
from hub.web.pages.inspection import deciding, listing, releasing, sheets
from hub.web.policy import Policy, Route


def _looking(action: str, object_kind: str = "inspection") -> Policy:
    """What people who work on a file see of its inspections."""
    return Policy(
        action=action, object_kind=object_kind, purpose="Akteneinsicht (§ 25 SGB X)",
        roles=policy.FILE_READERS, office_only=True,
    )  # fmt: skip


def _changing(action: str) -> Policy:
    return replace(_looking(action), csrf=True)


def _leaving(rules: Policy) -> Policy:
    """Something leaves the house: only for somebody who has just proved who they are."""
    return replace(rules, fresh=True)


_FILE: Final = "/akten/{akte}/akteneinsicht"
_ONE: Final = f"{_FILE}/{{inspection}}"
_SHEET: Final = f"{_ONE}/dokumente/{{document}}"
_COPY: Final = f"{_ONE}/kopie"

ROUTES: Final = (
    Route("GET", _FILE, "inspections", listing.listed, _looking("inspections_listed", "akte")),
    Route("POST", _FILE, "inspection-begin", listing.begin, _changing("inspection_begun")),
    Route("GET", _ONE, "inspection", deciding.show, _looking("inspection_viewed")),
    Route(
        "POST", f"{_ONE}/entscheidung", "inspection-decide", deciding.decide,
        _changing("redaction_decided"),
    ),
    Route(
        "POST", f"{_ONE}/wort", "inspection-word", deciding.look_for,
        _changing("redaction_word_added"),
    ),
    Route(
        "POST", f"{_ONE}/zurueckhalten", "inspection-withhold", deciding.withhold,
        _changing("document_withheld"),
    ),
    Route(
        "POST", f"{_ONE}/erstellen", "inspection-make", deciding.make,
        _changing("inspection_made"),
    ),
    Route(
        "POST", f"{_ONE}/fortsetzen", "inspection-resume", deciding.resume,
        _changing("inspection_resumed"),
    ),
    Route("GET", _SHEET, "inspection-sheet", sheets.show, _looking("document_viewed", "document")),
    Route(
        "GET", f"{_SHEET}/seiten/{{page}}.png", "inspection-page", sheets.image,
        _looking("page_viewed", "page"),
    ),
    Route(
        "POST", f"{_SHEET}/stelle", "inspection-mark", sheets.mark,
        _changing("redaction_place_added"),
    ),
    Route("GET", _COPY, "inspection-copy", releasing.show, _leaving(_looking("copy_viewed"))),
    Route(
        "GET", f"{_COPY}/seiten/{{page}}.png", "inspection-copy-page", releasing.image,
        _looking("copy_page_viewed", "page"),
    ),
    Route(
        "GET", f"{_COPY}.pdf", "inspection-download", releasing.fetch,
        _leaving(_looking("copy_downloaded")),
    ),
    Route(
        "POST", f"{_ONE}/freigeben", "inspection-approve", releasing.approve,
        _leaving(_changing("inspection_approved")),
    ),
    Route(
        "POST", f"{_ONE}/ablegen", "inspection-finish", releasing.finish,
        _changing("inspection_filed"),
    ),
    Route(
        "POST", f"{_ONE}/zurueckgeben", "inspection-send-back", releasing.send_back,
        _changing("inspection_sent_back"),
    ),
    Route(
        "POST", f"{_ONE}/verwerfen", "inspection-discard", deciding.discard,
        _changing("inspection_discarded"),
    ),
)  # fmt: skip
