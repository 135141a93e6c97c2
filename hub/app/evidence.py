"""What the program proves of itself: the signing key, the notary, and what recurs."""

from __future__ import annotations

from hub.app.place import CLOCK, Place
from hub.certificates.signing import SigningKeys
from hub.evidence.checkpoints import Notary
from hub.evidence.retention import PayloadRetention
from hub.pipeline.house import House
from hub.store.database import Database
from hub.store.journal import Journal
from hub.store.shelf.orphans import Orphans
from hub.workers.loops import Duty

DUTY_S = 5.0
"""How often a duty looks whether it is due."""


def open_notary(place: Place, database: Database) -> Notary:
    """Open what signs checkpoints of the journal."""
    folder = place.base / place.settings.folders.checkpoints
    return Notary(database, open_signing(place, database), CLOCK, folder, place.settings.evidence)


def open_signing(place: Place, database: Database) -> SigningKeys:
    """Open the key the installation signs its own statements with."""
    return SigningKeys(database, bytes.fromhex(place.secret("kek").decode()), CLOCK)


def open_retention(place: Place, database: Database) -> PayloadRetention:
    """Open what removes payloads whose time is over."""
    book = Journal(place.settings.node)
    return PayloadRetention(database, book, CLOCK, place.payloads, place.settings.retention)


def open_orphans(place: Place, database: Database) -> Orphans:
    """Open what collects files of large payloads that nobody names."""
    return Orphans(database, CLOCK, place.payloads)


def duties(place: Place, house: House) -> list[Duty]:
    """Return what is looked after beside the messages' way."""
    return [
        ("checkpoints", open_notary(place, house.database).round, DUTY_S),
        ("retention", open_retention(place, house.database).round, DUTY_S),
        ("orphans", open_orphans(place, house.database).round, DUTY_S),
    ]
