"""Records from the case core (*Fachverfahren*), strict and frozen.

The catalogue is ``docs/development/records.md``.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, Struct

from hub.uvg.model import Period

CaseId = Annotated[str, Meta(pattern=r"^[A-Z0-9][A-Z0-9-]{2,29}$")]
NoticeId = Annotated[str, Meta(min_length=1, max_length=20)]
Text = Annotated[str, Meta(min_length=1)]
StateKey = Annotated[str, Meta(pattern=r"^[0-9]{3}$")]
Cents = Annotated[int, Meta(ge=0)]


class _Data(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Data of a record; a field the catalogue does not know is refused."""


class Clerk(_Data, frozen=True, kw_only=True):
    """Caseworker (*Sachbearbeitung*) named by the sender."""

    id: Text
    name: Text
    phone: str


class ChildData(_Data, frozen=True, kw_only=True):
    """The entitled child."""

    family_name: Text
    given_names: Text
    birth_date: date
    sex: Literal["m", "w", "d", "x"]
    birth_place: str
    birth_country: StateKey
    nationality: StateKey
    residence_title: str = ""
    residence_until: date | None = None


class CarerData(_Data, frozen=True, kw_only=True):
    """The parent the child lives with; letters go to this address."""

    family_name: Text
    given_names: Text
    street: Text
    house_number: Text
    postal_code: Text
    city: Text


class OtherParentData(_Data, frozen=True, kw_only=True):
    """The parent who owes maintenance; the address may be unknown."""

    family_name: Text
    given_names: Text
    street: str = ""
    house_number: str = ""
    postal_code: str = ""
    city: str = ""


class BankData(_Data, frozen=True, kw_only=True):
    """Account the benefit is paid to."""

    iban: Text
    holder: Text


class Falldaten(_Data, frozen=True, kw_only=True):
    """All the hub needs to know of a case."""

    business_id: Text
    case_id: CaseId
    as_of: date
    child: ChildData
    carer: CarerData
    bank: BankData
    clerk: Clerk
    other_parent: OtherParentData | None = None


class NoticeKind(StrEnum):
    """Kinds of notice (*Bescheid*)."""

    BEW = "BEW"
    ABL = "ABL"
    AEN = "AEN"
    EIN = "EIN"
    AUF = "AUF"
    ERS = "ERS"
    VER = "VER"
    STU = "STU"

    @property
    def grants(self) -> bool:
        """Whether its periods say what is paid from now on."""
        return self in (NoticeKind.BEW, NoticeKind.AEN)


class PeriodData(_Data, frozen=True, kw_only=True):
    """A stretch of the benefit with one monthly amount; cents."""

    begin: date
    end: date | None = None
    minimum_maintenance_cents: Cents
    child_benefit_cents: Cents
    other_offset_cents: Cents
    amount_cents: Cents

    def granted(self) -> Period:
        """Return the period as the case keeps it."""
        return Period(
            begin=self.begin,
            end=self.end,
            minimum_maintenance_cents=self.minimum_maintenance_cents,
            child_benefit_cents=self.child_benefit_cents,
            other_offset_cents=self.other_offset_cents,
            amount_cents=self.amount_cents,
        )


class Reclaim(_Data, frozen=True, kw_only=True):
    """A claim for repayment (§ 5 UVG)."""

    amount_cents: Cents
    due_date: date
    debtor: Literal["carer", "child"]
    legal_basis: Text
    period_begin: date
    period_end: date


class Bescheid(_Data, frozen=True, kw_only=True):
    """A decision of the office."""

    business_id: Text
    case_id: CaseId
    notice_id: NoticeId
    notice_kind: NoticeKind
    notice_date: date
    clerk: Clerk
    periods: tuple[PeriodData, ...] = ()
    reclaim: Reclaim | None = None
    reasons: tuple[str, ...] = ()

    def granted_periods(self) -> tuple[Period, ...]:
        """Return the periods in their order of time."""
        granted = (period.granted() for period in self.periods)
        return tuple(sorted(granted, key=lambda period: period.begin))


class BenefitChild(_Data, frozen=True, kw_only=True):
    """The child an order is for, as far as it must be recognised."""

    family_name: Text
    given_names: Text
    birth_date: date


class Signature(_Data, frozen=True, kw_only=True):
    """Who answers for an order: that it is right (*Feststellung*), or that it is made."""

    id: Text
    name: Text
    on: date


class _Ordered(_Data, frozen=True, kw_only=True):
    """What both kinds of order share."""

    business_id: Text
    case_id: CaseId
    notice_id: NoticeId
    order_date: date
    child: BenefitChild
    amount_cents: Annotated[int, Meta(ge=1)]
    checked_by: Signature
    ordered_by: Signature
    clerk: Clerk
    reasons: tuple[str, ...] = ()


class Auszahlungsanordnung(_Ordered, frozen=True, kw_only=True):
    """An order to pay that the case core makes itself."""

    mode: Literal["once", "standing"]
    begin: date
    end: date | None = None
    payee: BankData
    purpose: str = ""


class Annahmeanordnung(_Ordered, frozen=True, kw_only=True):
    """An order to take in what is claimed, made by the case core itself."""

    claim: Literal["reclaim", "recourse"]
    legal_basis: Text
    due_date: date
    period_begin: date
    period_end: date
    debtor: CarerData
