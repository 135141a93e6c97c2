"""The index made from storage alone equals the one that grew."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from efile import FilingRequest, Part
from efile.objects import manifest
from tests.efile_house import XML, open_house, pdf, request

WORDS = st.sampled_from(["Bescheid", "Straße", "Müller", "Mueller", "Größe", "Anna", "§ 1 UVG"])


@st.composite
def requests(draw: st.DrawFn) -> list[FilingRequest]:
    """Some documents of some files, in any order, with names that change."""
    count = draw(st.integers(1, 6))
    return [
        request(
            number,
            aktenzeichen=f"AZ {draw(st.integers(1, 3))}",
            akte_title=draw(WORDS),
            vorgang=draw(WORDS),
            title=" ".join(draw(st.lists(WORDS, min_size=1, max_size=3))),
            filed_at_us=draw(st.integers(1, 5)),
            direction=draw(st.sampled_from(["in", "out", "internal"])),
            parts=tuple(
                Part("original", "a.txt", "text/plain", draw(WORDS).encode())
                for _ in range(draw(st.integers(1, 3)))
            ),
        )
        for number in range(count)
    ]


@settings(max_examples=15, deadline=None)
@given(filed=requests())
async def test_a_rebuilt_index_equals_the_one_that_grew(filed: list[FilingRequest]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with open_house(Path(folder)) as house:
            for each in filed:
                await house.efile.file(each)
            grown = house.snapshot()
        (Path(folder) / "index.sqlite").unlink()
        async with open_house(Path(folder)) as house:
            report = await house.efile.rebuild("muster")

            assert (len(filed), ()) == (report.documents, report.faults)
            assert grown == house.snapshot()


async def test_a_rebuild_over_an_existing_index_changes_nothing(tmp_path: Path) -> None:
    parts = (
        Part("original", "a.pdf", "application/pdf", pdf([["Unterhaltsvorschuss"]])),
        Part("message", "a.xml", "application/xml", XML),
    )
    async with open_house(tmp_path) as house:
        await house.efile.file(request(1, parts=parts))
        await house.efile.file(request(2, tenant="andere"))
        grown, hits = house.snapshot(), await house.efile.search("muster", "Unterhaltsvorschuss")

        await house.efile.rebuild("muster")

        assert grown == house.snapshot()
        assert hits == await house.efile.search("muster", "Unterhaltsvorschuss")
        assert 1 == len(await house.efile.search("andere", "Bescheid"))


async def test_a_rebuild_repairs_a_falsified_index(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.efile.file(request())
        grown = house.snapshot()
        for sql in (
            "UPDATE efile_documents SET title = 'Falsch'",
            "UPDATE efile_akten SET title = 'Falsch', documents = 7",
            "UPDATE efile_texts SET body = 'Falsch'",
            "DELETE FROM efile_parts",
        ):
            await house.database.write(lambda tx, sql=sql: tx.run(sql))

        await house.efile.rebuild("muster")

        assert grown == house.snapshot()


@pytest.mark.parametrize("remove", [True, False])
async def test_a_document_with_lost_bytes_is_rebuilt_and_reported(
    tmp_path: Path, *, remove: bool
) -> None:
    async with open_house(tmp_path) as house:
        filed = await house.efile.file(request())
        blob = house.blob()
        blob.unlink() if remove else blob.write_bytes(b"Text X")

        report = await house.efile.rebuild("muster")

        assert ["digest_mismatch"] == [fault.what for fault in report.faults]
        assert "Bescheid 1" == (await house.efile.document("muster", filed.id)).title


async def test_a_lost_manifest_is_not_forgotten(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        filed = await house.efile.file(request())
        house.manifests()[0].unlink()

        report = await house.efile.rebuild("muster")

        assert ["manifest_missing"] == [fault.what for fault in report.faults]
        assert b"Text 1" == await house.efile.fetch("muster", filed.id)
        assert not (await house.efile.verify("muster")).intact


async def test_a_forged_manifest_is_not_entered(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.efile.file(request())
        victim = house.manifests()[0]
        _, forged = manifest.describe(request(), b"another secret, long enough to be one")
        victim.write_bytes(forged)
    (tmp_path / "index.sqlite").unlink()

    async with open_house(tmp_path) as house:
        report = await house.efile.rebuild("muster")

        assert (0, ["manifest_altered"]) == (report.documents, [f.what for f in report.faults])
