"""What is dropped: two offices, good and bad files, a table, a duplicate."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial

from hub.demo import cast, drops
from hub.demo.cast import BEISPIELHAUSEN, MUSTERSTADT, Family, Office
from tests.crash.house import House

CORE = "fachverfahren"
CLAIMED = MUSTERSTADT.xml[2]
"""Its notice claims money back, and its name holds an ampersand."""
FOREIGN = MUSTERSTADT.xml[0]
"""The register must be asked about this child."""


def drop_family(house: House, office: Office, family: Family) -> None:
    """Drop the case data, then the notice."""
    house.drop(office.id, CORE, f"Falldaten_{family.case_id}.xml", drops.case_data(family, office))
    house.drop(office.id, CORE, f"Bescheid_{family.case_id}.xml", drops.notice(family))


def drop_story(house: House) -> None:
    """Drop everything of the plain story."""
    drop_family(house, MUSTERSTADT, CLAIMED)
    drop_family(house, BEISPIELHAUSEN, BEISPIELHAUSEN.xml[0])
    house.drop(MUSTERSTADT.id, CORE, "ALT_Falldaten.csv", drops.case_table(MUSTERSTADT))
    house.drop(MUSTERSTADT.id, CORE, "Bombe.xml", drops.entity_bomb())
    house.drop(BEISPIELHAUSEN.id, CORE, "ungueltig.xml", spoilt(BEISPIELHAUSEN.xml[1]))
    copy = drops.case_data(CLAIMED, MUSTERSTADT)
    house.drop(MUSTERSTADT.id, CORE, "Kopie von Falldaten.xml", copy)
    house.drop(BEISPIELHAUSEN.id, CORE, "leer.xml", b"")
    house.drop(BEISPIELHAUSEN.id, CORE, "gross.xml", large(BEISPIELHAUSEN.xml[1]))


def large(family: Family) -> bytes:
    """Return case data that are too large for the database and for a pack."""
    data = drops.case_data(family, BEISPIELHAUSEN)
    return data.replace(b"?>\n", b"?>\n<!-- " + b"x" * 150_000 + b" -->\n")


def drop_unit(house: House) -> None:
    """Let the first office send with sidecars, and drop a message with two attachments."""
    settings = house.folder / "hub.toml"
    channel = f'name = "{CORE}"\nready = '
    text = settings.read_text(encoding="utf-8")
    text = text.replace(f'{channel}"rename"', f'{channel}"sidecar"\nsettle_s = 0.0', 1)
    settings.write_text(text, encoding="utf-8")
    message = drops.case_data(MUSTERSTADT.xml[1], MUSTERSTADT)
    files = {"Nachweis.pdf": b"%PDF-1.7 x", "Scan.tif": b"II*" * 60_000}
    inbox = house.folder / "inbox" / MUSTERSTADT.id / CORE
    house.drop(MUSTERSTADT.id, CORE, "Falldaten.xml", message)
    for name, data in files.items():
        (inbox / name).write_bytes(data)
    lines = [
        f"{hashlib.sha256(data).hexdigest()}  {name}\n"
        for name, data in {"Falldaten.xml": message, **files}.items()
    ]
    (inbox / "Lieferung.manifest").write_text("".join(lines), encoding="utf-8")


def spoilt(family: Family) -> bytes:
    """Return a notice with an amount that is none."""
    return drops.notice(family, amount="zwölf").replace(b"BS-", b"BS-X-")


def senders() -> list[Callable[[House], None]]:
    """Return what is dropped, one act after the other."""
    first, second = cast.MUSTERSTADT, cast.BEISPIELHAUSEN
    acts: list[Callable[[House], None]] = []
    for office, families in ((first, first.xml[1:]), (second, second.xml)):
        acts += [partial(drop_family, office=office, family=family) for family in families]
        acts.append(partial(drop_file, office=office, data=drops.case_table(office), name="A.csv"))
    copy = drops.case_data(first.xml[1], first)
    acts.append(partial(drop_file, office=first, data=copy, name="Kopie.xml"))
    acts.append(partial(drop_file, office=first, data=drops.entity_bomb(), name="Bombe.xml"))
    acts.append(partial(drop_file, office=second, data=spoilt(second.xml[1]), name="falsch.xml"))
    return acts


def drop_file(house: House, *, office: cast.Office, data: bytes, name: str) -> None:
    house.drop(office.id, CORE, name, data)
