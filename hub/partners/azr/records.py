"""The register's answers after mapping, typed.

What the case core must have left in the case before the register is asked
(:class:`hub.uvg.model.RegisterState`): ``benefit_begin`` when a benefit is to be reported,
``clerk`` (the register logs a natural person, § 13 AZRG) and ``state`` = ``queried``.
"""

from __future__ import annotations

from datetime import date

from msgspec import Struct

UVG = "05"
"""Kind of benefit *UhVorschG* in the code list of existence-securing benefits."""


class Person(Struct, frozen=True, kw_only=True):
    """The person as the register knows it."""

    family_name: str = ""
    given_names: str = ""
    birth_date: date | None = None
    """Absent when the register knows the day only in part."""
    sex: str = ""
    nationality: str = ""


class Benefit(Struct, frozen=True, kw_only=True):
    """An existence-securing benefit shown in the register."""

    kind: str
    begin: date | None = None
    end: date | None = None
    reference_id: str = ""


class Gesamtauskunft(Struct, frozen=True, kw_only=True):
    """090004: the record of one person."""

    azr_number: str
    person: Person
    former_azr_number: str = ""
    residence_title: str = ""
    residence_until: date | None = None
    blocks: tuple[str, ...] = ()
    benefits: tuple[Benefit, ...] = ()


class KeinTreffer(Struct, frozen=True, kw_only=True):
    """090002: nobody found."""


class Trefferliste(Struct, frozen=True, kw_only=True):
    """090003: several similar persons; only their number is kept (§ 10 Abs. 3 AZRG)."""

    count: int


class Meldebestaetigung(Struct, frozen=True, kw_only=True):
    """090098: our report was taken over."""

    azr_number: str = ""
    """The number now valid, when the report used an outdated one."""
    reference_id: str = ""


class Fault(Struct, frozen=True, kw_only=True):
    """One reason of the register."""

    code: str = ""
    text: str = ""
    attributes: tuple[str, ...] = ()


class Registerfehler(Struct, frozen=True, kw_only=True):
    """090099: our message was not processed."""

    faults: tuple[Fault, ...]
