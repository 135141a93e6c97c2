"""Inspections of a file from the command line, out of a real S3 server."""

from __future__ import annotations

import asyncio

import pytest

from efile import Asker, WantedInspection
from hub.app import Place, open_database, open_efile
from hub.demo.cast import BEISPIELHAUSEN
from tests.command_line import OFFICE, CommandLine

pytestmark = [pytest.mark.s3]

FAMILY = BEISPIELHAUSEN.xml[0]


async def _begun(place: Place) -> str:
    """Begin an inspection of the whole file and wait until it was looked through."""
    async with open_database(place) as database, open_efile(place, database) as room:
        view = await room.akte(OFFICE, FAMILY.case_id)
        wanted = WantedInspection(
            akte=view.akte.id, purpose="Widerspruch", known=(),
            asker=Asker(role="carer", name="Eva Beispiel", capacity="für sich selbst"),
            documents=frozenset(one.id for one in view.documents),
        )  # fmt: skip
        name = await room.inspections.begin(OFFICE, wanted, "ahrens")
        await room.inspections.settled(name)
        return name


def test_inspections_are_listed_with_their_proof(command: CommandLine) -> None:
    name = asyncio.run(_begun(Place.read(command.settings)))
    told = command("efile", "inspections", FAMILY.case_id, "--tenant", OFFICE)
    answer = command("efile", "inspections", FAMILY.case_id, "--tenant", OFFICE, "--json")
    (one,) = answer.json["inspections"]

    assert (0, True) == (told.code, "Eva Beispiel" in told.out), told.err
    assert (name, "open", "", ["ahrens"]) == (one["id"], one["state"], one["fault"], one["authors"])
    assert 0 == one["proof"]["remnants"]
