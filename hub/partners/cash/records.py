"""Records from a cash system, strict and frozen.

The catalogue is ``docs/development/records.md``.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

Text = Annotated[str, Meta(min_length=1)]


class _Data(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Data of a record; a field the catalogue does not know is refused."""


class Kassenprotokoll(_Data, frozen=True, kw_only=True):
    """Whether the cash system took an order."""

    order_id: Text
    result: Literal["accepted", "refused"]
    code: str = ""
    text: str = ""


class Sollbestaetigung(_Data, frozen=True, kw_only=True):
    """A claim was posted (*Sollstellung*)."""

    order_id: Text
    cash_reference: Text
    account: str = ""


class Isteinnahme(_Data, frozen=True, kw_only=True):
    """Money came in."""

    receipt_id: Text
    amount_cents: int
    booking_date: date
    cash_reference: str = ""
    payer: str = ""
    text: str = ""
