"""What the hub knows of a case, as the messages carry it. Frozen; amounts in cents."""

from __future__ import annotations

from datetime import date

from msgspec import Struct


class Person(Struct, frozen=True, kw_only=True):
    """A natural person with the address letters go to."""

    family_name: str
    given_names: str
    street: str = ""
    house_number: str = ""
    postal_code: str = ""
    city: str = ""


class Child(Struct, frozen=True, kw_only=True):
    """The entitled child (*Berechtigter*, § 1 UVG)."""

    family_name: str
    given_names: str
    birth_date: date
    sex: str
    """``m``, ``w``, ``d`` or ``x`` (XInneres)."""
    birth_place: str = ""
    birth_country: str = "000"
    """Three-digit Destatis key."""
    nationality: str = "000"
    """Three-digit Destatis key; 000 is German, 997 stateless, 998 unclear, 999 not stated."""
    residence_title: str = ""
    residence_until: date | None = None


class BankAccount(Struct, frozen=True, kw_only=True):
    """Where the benefit is paid to."""

    iban: str
    holder: str


class Period(Struct, frozen=True, kw_only=True):
    """A stretch of the benefit with one monthly amount (§ 2 UVG)."""

    begin: date
    end: date | None
    minimum_maintenance_cents: int
    child_benefit_cents: int
    other_offset_cents: int
    amount_cents: int
    """Payable per month after rounding (§ 9 Abs. 3 UVG)."""


class Order(Struct, frozen=True, kw_only=True):
    """A cash order (*Kassenanordnung*) and how far it got."""

    order_id: str
    kind: str
    """``Auszahlungsanordnung`` or ``Annahmeanordnung``."""
    amount_cents: int
    notice_id: str
    state: str = "ordered"
    """``ordered``, ``accepted``, ``refused``, ``confirmed``."""
    cash_reference: str = ""
    """*Kassenzeichen* given by the cash system."""
    paid_cents: int = 0
    """Sum of receipts (*Ist*) booked on the reference."""
    receipts: tuple[str, ...] = ()
    """Ids of those receipts, so that none is booked twice."""
    begin: date | None = None
    """First day a payment is for; ``None`` for claims."""
    end: date | None = None
    """Its last day; paid until stopped when ``None``."""
    once: bool = False
    """Whether it is a single payment; all others go on every month."""
    changes: str = ""
    """The standing payment whose amount it changes from ``begin`` on; amount 0 stops it."""
    recourse: bool = False
    """Whether a claim is against the other parent (§ 7 UVG), not for repayment (§ 5 UVG)."""
    reference: str = ""
    """Number of the message the case core ordered it with; empty when a notice led to it."""


class RegisterState(Struct, frozen=True, kw_only=True):
    """What the hub knows from and reported to the AZR for this case."""

    azr_number: str = ""
    """Only for traffic with the register (§ 10 Abs. 4 AZRG): never a key, shown nowhere."""
    benefit_begin: date | None = None
    state: str = ""
    """``queried``, ``reported``, ``acknowledged``, ``unclear``, ``refused``."""
    reference_id: str = ""
    """The register's id of our benefit entry, needed to change it later."""
    clerk: str = ""
    """Id of the clerk the register is asked for (§ 13 AZRG logs a natural person)."""


class Case(Struct, frozen=True, kw_only=True):
    """One benefit case: one child at one office."""

    case_id: str
    """*Fallnummer* of the case core; unique within the tenant."""
    origin: str
    """Partner the case data came from, so that answers go back in its format."""
    child: Child
    carer: Person
    bank: BankAccount
    other_parent: Person | None = None
    periods: tuple[Period, ...] = ()
    orders: tuple[Order, ...] = ()
    notices: tuple[str, ...] = ()
    """Ids of the notices (*Bescheide*) decided on."""
    register: RegisterState = RegisterState()
    version: int = 0
    """Grows with every stored change; a stale writer is refused."""
