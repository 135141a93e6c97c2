"""What may be filed: requests that could not be filed in order are refused."""

from __future__ import annotations

import re
from typing import get_args

from efile.errors import InvalidRequest
from efile.model import Direction, FilingRequest, Part, Role
from efile.objects import layout

_CONTROL = re.compile(r"[\x00-\x1f\ud800-\udfff]")
"""Control characters, and halves of characters, which cannot be written down."""
_UNWRITABLE = re.compile(r"[\x00\ud800-\udfff]")
_DIRECTIONS, _ROLES = get_args(Direction), get_args(Role)
_LONGEST = {
    "aktenzeichen": 120, "akte_title": 300, "aktenplan": 200, "vorgang": 300, "title": 300,
    "doc_type": 120, "document_key": 400, "source_id": 200, "actor": 200,
}  # fmt: skip
_MAY_BE_EMPTY = {"source_id", "aktenplan"}


def check(request: FilingRequest) -> None:
    """Refuse what could not be filed in order.

    Raises:
        InvalidRequest: names the field.
    """
    layout.checked_tenant(request.tenant)
    for name, longest in _LONGEST.items():
        value = getattr(request, name)
        if len(value) > longest or not (value.strip() or name in _MAY_BE_EMPTY):
            raise _invalid(name)
        if _CONTROL.search(value):
            raise _invalid(name)
    if request.direction not in _DIRECTIONS:
        raise _invalid("direction")
    if not request.parts or any(_is_wrong(part) for part in request.parts):
        raise _invalid("parts")


def _is_wrong(part: Part) -> bool:
    return part.role not in _ROLES or bool(_UNWRITABLE.search(part.name + part.mime))


def _invalid(field: str) -> InvalidRequest:
    return InvalidRequest(
        "invalid_filing_request",
        "Eine Angabe zur Ablage fehlt, ist zu lang oder enthält Steuerzeichen.",
        remedy="Die genannte Angabe berichtigen und erneut ablegen.",
        place=field,
    )
