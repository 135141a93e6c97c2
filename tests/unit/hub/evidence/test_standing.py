"""What was changed or cut at the end of a chain is seen at each start, with bounded work."""

from pathlib import Path

import pytest

from hub.core.errors import Misconfigured
from hub.core.settings import Evidence
from hub.evidence import standing
from hub.evidence.standing import broken_chains, demand_whole_chains
from tests.evidence_house import Archive


async def fill(archive: Archive) -> None:
    """Eight entries of two signed checkpoints, and three behind them."""
    await archive.note(8)
    await archive.notary.catch_up()
    await archive.note(3)


async def broken(archive: Archive) -> dict[str, list[str]]:
    return await broken_chains(archive.database, archive.folder)


async def test_a_whole_chain_stands(archive: Archive, tmp_path: Path) -> None:
    await fill(archive)
    await archive.note(2, "b")
    await demand_whole_chains(archive.database, archive.folder, Evidence())

    assert {} == await broken(archive)
    assert {} == await broken_chains(archive.database, tmp_path / "not-there")


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("UPDATE journal SET actor = 'x' WHERE seq = 10", "Eintrag 10: Inhalt wurde verändert"),
        ("DELETE FROM journal WHERE seq = 10", "Eintrag 10 fehlt"),
        ("DELETE FROM journal WHERE seq > 9", "Kettenende ist Eintrag 11"),
        ("UPDATE journal_head SET seq = 7", "Prüfpunkt 2 nennt Eintrag 8, die Kette endet mit 7"),
        ("DELETE FROM journal_head", "das Kettenende ist nicht verzeichnet"),
        ("DELETE FROM checkpoint WHERE number = 2", "Prüfpunkt 2 aus dem Ordner fehlt"),
        ("UPDATE checkpoint SET signature = 'ff'", "Prüfpunkt 2 aus dem Ordner fehlt"),
        ("UPDATE checkpoint SET head = 'x'", "die Unterschrift von Prüfpunkt 2"),
        ("UPDATE journal SET hash = 'x' WHERE seq = 8", "Eintrag 8 ist nicht der"),
        ("UPDATE signing_key SET public = 'ff'", "die Unterschrift von Prüfpunkt 2"),
    ],
)
async def test_a_fault_at_the_end_is_seen_and_the_start_refused(
    archive: Archive, what: str, said: str
) -> None:
    await fill(archive)
    await archive.tamper(what)
    found = await broken(archive)

    assert said in "; ".join(found["a"])
    with pytest.raises(Misconfigured, match="journal_broken"):
        await demand_whole_chains(archive.database, archive.folder, Evidence())


async def test_a_database_that_was_put_back_is_seen(archive: Archive) -> None:
    """Entries, head and checkpoints were cut together; only the folder knows of them."""
    await fill(archive)
    await archive.tamper(
        "DELETE FROM journal WHERE seq > 4", "DELETE FROM checkpoint WHERE number = 2",
        "UPDATE journal_head SET seq = 4, hash = (SELECT hash FROM journal WHERE seq = 4)",
    )  # fmt: skip
    found = await broken(archive)

    assert ["a"] == list(found)
    assert "Prüfpunkt 2 aus dem Ordner" in found["a"][0]


async def test_an_operator_may_go_on_with_an_alarm(archive: Archive) -> None:
    await fill(archive)
    await archive.tamper("DELETE FROM journal WHERE seq > 9")
    await demand_whole_chains(archive.database, archive.folder, Evidence(broken_chain="alarm"))

    assert ["a"] == list(await broken(archive))


async def test_the_work_is_bounded(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many unsigned entries only the newest are looked at."""
    monkeypatch.setattr(standing, "BOUND", 3)
    await archive.note(9)
    await archive.tamper("UPDATE journal SET actor = 'x' WHERE seq = 2")
    before = await broken(archive)
    await archive.tamper("UPDATE journal SET actor = 'x' WHERE seq = 8")

    assert ({}, ["a"]) == (before, list(await broken(archive)))


async def test_a_half_written_line_in_the_folder_is_passed_by(archive: Archive) -> None:
    await fill(archive)
    path = archive.folder / "a.jsonl"
    with path.open("a", encoding="utf-8") as file:
        file.write('{"type": "checkpoint", "number": 9')

    assert {} == await broken(archive)
