"""Foreign files in the file: what they are, what hung on them, and the same after a rebuild."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from efile import FilingRequest, Part
from efile.capture import content
from tests.efile_house import message, open_house, request
from tests.foreign_files import LETTER, docx, mail, swelling_package


def post(number: int = 1, **changes: Any) -> FilingRequest:
    data = mail(lohn_pdf=LETTER, brief_docx=docx("Einspruch gegen den Bescheid"))
    return request(number, parts=(Part("original", "post.eml", "text/plain", data),), **changes)


async def test_a_mail_is_one_document_with_its_attachments_as_parts(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        filed = await house.efile.file(post())
        document = await house.efile.document("muster", filed.id)

        assert [
            ("post.eml", content.MAIL, None), ("lohn.pdf", content.PDF, 0),
            ("brief.docx", content.DOCX, 0),
        ] == [(part.name, part.mime, part.parent) for part in document.parts]  # fmt: skip
        assert LETTER == await house.efile.fetch("muster", filed.id, 1)
        assert document.parts[0].remark.startswith("Angegeben war Text, der Inhalt ist E-Mail.")
        assert [filed.id] == [
            hit.document_id for hit in await house.efile.search("muster", "Einspruch")
        ]
        assert (await house.efile.verify("muster")).intact


async def test_a_rebuilt_index_knows_types_remarks_and_attachments(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.efile.file(post())
        bomb = Part("original", "bombe.docx", content.DOCX, swelling_package())
        await house.efile.file(request(2, parts=(bomb,)))
        before = house.snapshot()

        report = await house.efile.rebuild("muster")

        assert () == report.faults
        assert before == house.snapshot()


async def test_filing_again_is_the_same_document(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        first = await house.efile.file(post())

        assert first == await house.efile.file(post())


async def test_a_document_filed_before_types_were_told_is_the_same_document(tmp_path: Path) -> None:
    """Types and attachments follow from the bytes: an older manifest without them is no other."""
    async with open_house(tmp_path) as house:
        first = await house.efile.file(post(packable=True))
        assert 1 == len((await house.efile.document("muster", first.id)).parts)

        assert first == await house.efile.file(post())


async def test_a_message_of_the_host_is_taken_at_its_word(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        filed = await house.efile.file(message())

        part = (await house.efile.document("muster", filed.id)).parts[0]
        assert ("application/xml", "") == (part.mime, part.remark)
