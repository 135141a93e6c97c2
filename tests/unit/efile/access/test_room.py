import json
from pathlib import Path

from efile import Author, BlockSet
from efile.access.room import GROUNDS
from tests.efile_house import message, open_house


async def test_the_note_of_a_block_names_ground_reason_and_persons(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.efile.file(message(1))
        wanted = BlockSet(id="b", ground="address", reason="Schutz vor dem Vater", persons=("x",))
        filed = await house.efile.access.block(
            "muster", "51.3-0001", wanted, Author("bauer", 9, "key")
        )
        note = json.loads(await house.efile.fetch("muster", filed.id))["Vermerk"]

    assert {
        "Sperrvermerk": "ganze Akte", "Anlass": GROUNDS["address"], "Nur für": "x",
        "Grund": "Schutz vor dem Vater", "Kennung": "b", "Von": "bauer",
    } == note  # fmt: skip
