"""A file whose documents name a third person in many ways, and what is known of that person."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from efile import EFile, Part
from efile.inspection import book
from efile.inspection.plan import Asker, Inspection, Plan, Report
from efile.inspection.room import Wanted
from efile.inspection.subjects import Particular, Term, proposed
from efile.objects import layout
from efile.renditions.typesetting import font_file
from efile.sealing.store import SealedStore
from hub.core.clock import FixedClock
from tests.efile_house import EFileHouse, pdf, request

TENANT, AKTE = "muster", "51.3-0001"
LINES = (
    "Bescheid für Anna Müller",
    "Der Vater Jürgen Krause wohnt in der Gartenstraße 12,",
    "12345 Musterstadt, geboren am 3. April 1985.",
    "Konto DE89 3704 0044 0532 0130 00",
    "Die Mutter Sabine Müller wohnt Hauptweg 3.",
)
KNOWN = (
    Particular("other_parent", "name", "Krause"),
    Particular("other_parent", "address", "Gartenstr. 12"),
    Particular("other_parent", "place", "12345 Musterstadt"),
    Particular("other_parent", "birth_date", "1985-04-03"),
    Particular("other_parent", "iban", "DE89370400440532013000"),
    Particular("carer", "name", "Müller"),
    Particular("carer", "address", "Hauptweg 3"),
)
SECRETS = ("Gartenstra", "Musterstadt", "April 1985", "DE89", "3704")
MOTHER = Asker(role="carer", name="Sabine Müller", capacity="selbst")
TERMS = tuple(proposed("carer", KNOWN, blocked=False))


def letter(*more: str) -> bytes:
    """Return a letter of two pages; the second says nothing of anybody."""
    return pdf([[*LINES, *more], ["Diese Seite nennt niemanden, sie bleibt, wie sie ist."]])


def scan(lines: Sequence[str] = LINES) -> bytes:
    """Return a picture of a page."""
    picture = Image.new("L", (1654, 1170), 255)
    pen = ImageDraw.Draw(picture)
    font = ImageFont.truetype(str(font_file(bold=False)), 36)
    for number, line in enumerate(lines):
        pen.text((150, 120 + 90 * number), line, fill=0, font=font)
    stream = io.BytesIO()
    picture.save(stream, "TIFF", dpi=(200, 200))
    return stream.getvalue()


async def file_letter(efile: EFile, data: bytes | None = None) -> None:
    """File the letter."""
    part = Part("original", "brief.pdf", "application/pdf", data or letter())
    await efile.file(request(1, parts=(part,), title="Bescheid an die Gartenstraße 12"))


async def begun(efile: EFile, **changes: Any) -> Inspection:
    """Begin an inspection of all documents and return it once they were looked through."""
    view = await efile.akte(TENANT, AKTE)
    values: dict[str, Any] = {
        "akte": AKTE, "asker": MOTHER, "purpose": "Prüfung der Rückforderung",
        "documents": frozenset(one.id for one in view.documents), "known": KNOWN,
    }  # fmt: skip
    name = await efile.inspections.begin(TENANT, Wanted(**(values | changes)), "ahrens")
    return await settled(efile, name)


async def waiting(house: EFileHouse) -> Inspection:
    """Return an inspection whose copy waits for the second person, without making one."""
    view, copy = await house.efile.akte(TENANT, AKTE), letter()
    plan = Plan(
        asker=MOTHER, purpose="Prüfung", known=KNOWN, terms=TERMS, authors=("ahrens",),
        documents=tuple(one.id for one in view.documents), pages={view.documents[0].id: 2},
    )  # fmt: skip
    at_us = FixedClock().now_us()
    one = Inspection(
        TENANT, "0192f0a0-0000-4000-8000-00000000b001", view.akte.id, "waiting", at_us, at_us,
        at_us, 1, 1, "", plan, Report(3, 1, 4, 4, at_us), hashlib.sha256(copy).hexdigest(),
    )  # fmt: skip
    await house.database.write(lambda tx: book.enter(tx, one))
    store = SealedStore(house.objects, house.efile.keys)
    await store.put_once(TENANT, layout.export_key(view.akte.id, one.id, 1), copy)
    return one


async def settled(efile: EFile, name: str) -> Inspection:
    """Return an inspection once nobody works on it."""
    await efile.inspections.settled(name)
    akte = (await efile.akte(TENANT, AKTE)).akte.id
    return (await efile.inspections.get(TENANT, akte, name))[0]


async def made(efile: EFile, one: Inspection) -> Inspection:
    """Redact whatever is proposed, make the copy and return the inspection."""
    names = [each.id for each in await efile.inspections.marks(one)]
    await efile.inspections.decide(one, names, redact=True, actor="ahrens")
    await efile.inspections.make(one, "ahrens")
    return await settled(efile, one.id)


def told(*terms: Term) -> list[dict[str, str]]:
    """Return terms as the limited child is told them."""
    return [
        {"id": one.id, "person": one.person, "kind": one.kind, "value": one.value,
         "ground": one.ground}
        for one in terms
    ]  # fmt: skip
