"""Addresses of the hand-over to the archive with their rights."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from hub.evidence.handover.reading import MOST_BYTES
from hub.web import policy
from hub.web.pages.files import handover
from hub.web.policy import Policy, Route

_ARCHIVE: Final = "/aufbewahrung/archiv"
_FORM: Final = 10_000
"""What else stands in a form with a file."""


def _archiving(action: str, *, csrf: bool = False) -> Policy:
    """What those do who see to the files of an office."""
    return Policy(
        action=action, object_kind="process", purpose="Aussonderung",
        roles=policy.ADMINISTRATORS, office_only=True, csrf=csrf,
    )  # fmt: skip


def _leaving(rules: Policy) -> Policy:
    return replace(rules, fresh=True)


ROUTES: Final = (
    Route("GET", _ARCHIVE, "archive", handover.listed, _archiving("archive_viewed")),
    Route(
        "POST", f"{_ARCHIVE}/anbieten", "archive-offer", handover.offer,
        _archiving("archive_offered", csrf=True),
    ),
    Route(
        "POST", f"{_ARCHIVE}/nachricht", "archive-message", handover.hear,
        replace(_archiving("archive_heard", csrf=True), upload=MOST_BYTES + _FORM),
    ),
    Route("GET", f"{_ARCHIVE}/{{process}}", "archive-show", handover.show,
          _archiving("archive_viewed")),
    Route(
        "GET", f"{_ARCHIVE}/{{process}}/anbietung.zip", "archive-fetch", handover.fetch,
        _leaving(_archiving("archive_offer_fetched")),
    ),
    Route(
        "GET", f"{_ARCHIVE}/{{process}}/empfang.zip", "archive-receipt", handover.receipt,
        _archiving("archive_offer_fetched"),
    ),
    Route(
        "GET", f"{_ARCHIVE}/{{process}}/uebergabe", "archive-deliver-form", handover.form,
        _leaving(_archiving("archive_viewed")),
    ),
    Route(
        "POST", f"{_ARCHIVE}/{{process}}/uebergabe", "archive-deliver", handover.deliver,
        _leaving(_archiving("archive_delivered", csrf=True)),
    ),
)  # fmt: skip
