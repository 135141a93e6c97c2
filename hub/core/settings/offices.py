"""What ``hub.toml`` says of each office: its channels, its cash system, its register."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from hub.core.settings.kinds import Name, Pause, Section


class Address(Section, frozen=True, kw_only=True):
    """Postal address of an office."""

    street: str
    house_number: str
    postal_code: Annotated[str, Meta(pattern=r"^[0-9]{5}\Z")]
    city: str


class Channel(Section, frozen=True, kw_only=True):
    """A door of the inbox: ``inbox/<tenant>/<name>/``."""

    name: Name
    ready: Literal["stable", "rename", "sidecar"] = "stable"
    """When a file counts as complete."""
    order: Literal["mtime", "name", "number"] = "mtime"
    """In which order files are taken."""
    number: str = ""
    """Pattern whose one group finds the sender's number in the name of a file."""
    gap_wait_s: Pause | None = None
    """So long a missing number is waited for; 0: without end; left out: not at all."""
    owner: str = ""
    """User whose files alone are taken; empty: everybody's."""
    must_be_mount: bool = False
    """Whether the folder must be a mounted file system; an empty mount point is then a fault."""
    settle_s: Pause | None = None
    """Overrides ``pickup.settle_s``."""
    duplicates: Literal["record", "accept", "refuse"] = "record"
    """What happens to a file with bytes seen before on this channel."""


class Register(Section, frozen=True, kw_only=True):
    """The office as the AZR knows it."""

    partner: Name = "azr"
    authority: Annotated[str, Meta(pattern=r"^[0-9]{6}\Z")]
    """*Behördenkennzeichen* at the BVA."""
    dvdv: str
    """Author *Kennung*, for example ``uvs:09999000``."""


class Cash(Section, frozen=True, kw_only=True):
    """The cash system of an office."""

    partner: Name
    """``ihv``, ``kasse`` or another profile in ``mappings/``."""
    office: Annotated[str, Meta(min_length=1, max_length=10)]
    """Number of the ordering office (*anordnende Stelle*) at the cash system."""
    budget_out: str
    """Budget line (*Buchungsstelle*) payments are booked on."""
    budget_in: str
    """Budget line claims are booked on."""


RuleLevel = Literal["error", "warning", "info"]
"""Weight of a business rule; only an error refuses a message."""


class Archive(Section, frozen=True, kw_only=True):
    """The archive an office hands its files over to (*Aussonderung*)."""

    name: str = "Zuständiges Archiv"
    titles: bool = False
    """Whether an offer names files as the office does; else by their kind alone."""
    package_files: Annotated[int, Meta(ge=1, le=5_000)] = 500
    """Files of an offer, and so of a package, at most."""
    package_mb: Annotated[int, Meta(ge=1, le=100_000)] = 2_000
    """Megabytes of an offer's documents at most; a larger file makes an offer of its own."""


class Tenant(Section, frozen=True, kw_only=True):
    """One office (*Jugendamt*)."""

    id: Name
    name: str
    address: Address
    phone: str
    email: str
    cash: Cash
    register: Register | None = None
    archive: Archive = Archive()
    channels: tuple[Channel, ...] = ()
    levels: dict[str, RuleLevel] = field(default_factory=dict)
    """Business rules graded anew for this office, by their id; goes before the route's."""
