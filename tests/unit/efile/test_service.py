"""The door: tenants apart, proven bytes, lists, search, pages, forms."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from efile import (
    Conflict,
    EFile,
    IntegrityBroken,
    NotDisplayable,
    NotFound,
    Part,
    Secrets,
    StorageMisconfigured,
)
from tests.efile_house import SECRET, XML, open_house, pdf, request


async def test_a_short_secret_is_refused(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        with pytest.raises(StorageMisconfigured, match="name_secret_too_short"):
            EFile(house.database, house.objects, house.efile._clock, Secrets(b"short", SECRET.keys))


async def test_another_tenants_names_behave_like_missing_ones(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        filed = await house.efile.file(request())
        await house.efile.file(request(2, tenant="andere", akte_title="Anders, Bo"))
        calls = [
            house.efile.document,
            house.efile.fetch,
            house.efile.akte,
            lambda tenant, name: house.efile.page_text(tenant, name, 1),
            house.efile.form,
        ]
        for call in calls:
            for name in (filed.id, filed.akte_id):
                with pytest.raises(NotFound) as foreign:
                    await call("andere", name)
                with pytest.raises(NotFound) as missing:
                    await call("andere", "00000000-0000-0000-0000-000000000000")

                assert str(missing.value) == str(foreign.value)


async def test_lists_and_hits_stay_with_their_tenant(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.efile.file(request())
        other = await house.efile.file(request(tenant="muster-a", aktenzeichen="99"))

        assert ["51.3-0001"] == [akte.aktenzeichen for akte in await house.efile.akten("muster")]
        hits = await house.efile.search("muster-a", "Bescheid")
        assert [other.id] == [hit.document_id for hit in hits]
        assert [] == await house.efile.search("mus", "Bescheid")


async def test_a_file_opens_by_id_and_by_aktenzeichen(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        for number in (2, 1):
            await house.efile.file(request(number, vorgang=f"Vorgang {number}"))

        view = await house.efile.akte("muster", "51.3-0001")

        assert view == await house.efile.akte("muster", view.akte.id)
        assert ["Bescheid 1", "Bescheid 2"] == [each.title for each in view.documents]
        assert ["Vorgang 1", "Vorgang 2"] == [each.title for each in view.vorgaenge]
        assert (2, 2001, 2002) == (
            view.akte.documents,
            view.akte.opened_at_us,
            view.akte.changed_at_us,
        )


async def test_the_latest_document_names_the_file_whatever_the_order(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.efile.file(request(2, akte_title="Müller-Neu, Anna"))
        await house.efile.file(request(1, akte_title="Müller, Anna"))

        view = await house.efile.akte("muster", "51.3-0001")

        assert "Müller-Neu, Anna" == view.akte.title


async def test_lists_of_files_are_paged_by_key(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        for number in range(5):
            await house.efile.file(request(number, aktenzeichen=f"AZ-{number}"))

        first = await house.efile.akten("muster", limit=2)
        second = await house.efile.akten("muster", after=first[-1].aktenzeichen, limit=2)

        assert ["AZ-0", "AZ-1"] == [akte.aktenzeichen for akte in first]
        assert ["AZ-2", "AZ-3"] == [akte.aktenzeichen for akte in second]


@pytest.mark.parametrize(
    "query", ["müller", "Mueller", "MÜLL", "anna mü", "51.3", "51.3-0001", "0001", " 51.3-00 "]
)
async def test_files_are_found_by_beginnings_of_names_and_numbers(
    tmp_path: Path, query: str
) -> None:
    async with open_house(tmp_path) as house:
        await house.efile.file(request())

        assert 1 == len(await house.efile.akten("muster", query))


@pytest.mark.parametrize("query", ["üller", "berta", "%", "_", "anna berta", "51.4", "!%"])
async def test_files_are_not_found_by_anything_else(tmp_path: Path, query: str) -> None:
    async with open_house(tmp_path) as house:
        await house.efile.file(request())
        found = await house.efile.akten("muster", query)

    # A query without a letter or digit asks for nothing in particular and lists everything.
    assert (1 if not any(sign.isalnum() for sign in query) else 0) == len(found)


@pytest.mark.parametrize("target", ["flip", "truncate", "remove"])
async def test_damaged_bytes_are_never_handed_out(tmp_path: Path, target: str) -> None:
    async with open_house(tmp_path) as house:
        filed = await house.efile.file(request())
        blob = house.blob()
        data = blob.read_bytes()
        if target == "remove":
            blob.unlink()
        else:
            blob.write_bytes(data[:-1] if target == "truncate" else b"X" + data[1:])

        with pytest.raises(IntegrityBroken, match="stored_bytes_differ"):
            await house.efile.fetch("muster", filed.id)


async def test_a_part_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        filed = await house.efile.file(request())

        for part in (-1, 1):
            with pytest.raises(NotFound, match="part_missing"):
                await house.efile.fetch("muster", filed.id, part)


async def test_a_letter_is_seen_read_and_found(tmp_path: Path) -> None:
    letter = pdf([["Bescheid für Anna Müller"], ["Rechtsbehelfsbelehrung"]])
    parts = (
        Part("message", "fall.xml", "application/xml", XML),
        Part("rendition", "bescheid.pdf", "application/pdf", letter),
    )
    async with open_house(tmp_path) as house:
        filed = await house.efile.file(request(parts=parts))
        image = await house.efile.page_image("muster", filed.id, 1, width=400)
        text = await house.efile.page_text("muster", filed.id, 2)
        form = await house.efile.form("muster", filed.id)
        hits = await house.efile.search("muster", "Rechtsbehelfsbelehrungen")

        assert 2 == await house.efile.page_count("muster", filed.id)
        assert (400, b"\x89PNG") == (image.width, image.png[:4])
        assert "Rechtsbehelfsbelehrung" == text.text.strip()
        assert "Müller" == form.children[0].children[0].value
        assert [filed.id] == [hit.document_id for hit in hits]


async def test_a_text_has_neither_pages_nor_form(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        filed = await house.efile.file(request())

        with pytest.raises(NotDisplayable, match="no_pages"):
            await house.efile.page_count("muster", filed.id)
        with pytest.raises(NotDisplayable, match="not_structured"):
            await house.efile.form("muster", filed.id)


async def test_files_come_before_documents_in_a_search(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        filed = await house.efile.file(request())

        hits = await house.efile.search("muster", "mueller")

        assert [("akte", None), ("document", filed.id)] == [
            (hit.kind, hit.document_id) for hit in hits
        ]
        assert [] == await house.efile.search("muster", "   ")
        assert 1 == len(await house.efile.search("muster", "mueller", limit=1))


async def test_concurrent_filings_of_one_document_agree(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        receipts = await asyncio.gather(*(house.efile.file(request()) for _ in range(5)))

        assert 1 == len(set(receipts))
        assert 1 == len(house.snapshot()["documents"])


async def test_the_second_of_two_concurrent_contents_is_refused(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        outcomes = await asyncio.gather(
            *(
                house.efile.file(
                    request(parts=(Part("original", "a.txt", "text/plain", f"{n}".encode()),))
                )
                for n in range(3)
            ),
            return_exceptions=True,
        )

        assert 2 == sum(isinstance(each, Conflict) for each in outcomes)
        report = await house.efile.verify("muster")
        assert report.intact
