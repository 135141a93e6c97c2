"""Foreign files as they come to be filed: examined in a child, never refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from efile import LargeFile, Part
from efile.capture import content, words
from efile.capture.intake import captured
from efile.index.text import WORKER, text_of
from efile.integrity.digest import sha256_hex
from efile.isolation.pool import LimitedPool
from tests import foreign_files as files

DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
OUTSIDE = '<Relationships><Relationship Type="x/image" TargetMode="External"/></Relationships>'
LINK = '<Relationships><Relationship Type="o/relationships/hyperlink" TargetMode="External"/></Relationships>'


@pytest.fixture
async def readers() -> AsyncIterator[LimitedPool]:
    pool = LimitedPool(WORKER, workers=1)
    yield pool
    await pool.close()


def part(data: bytes, name: str = "datei", mime: str = "") -> Part:
    return Part("original", name, mime, data)


HOSTILE = {
    "locked pdf": (files.locked_pdf(), content.PDF, "document_locked"),
    "cut pdf": (files.LETTER[:300], content.PDF, "document_unreadable"),
    "empty pdf": (b"%PDF-1.7\n", content.PDF, "document_unreadable"),
    "pdf with script": (files.pdf_with("script"), content.PDF, "active_content"),
    "pdf that starts programs": (files.pdf_with("launch"), content.PDF, "active_content"),
    "pdf with files": (files.pdf_with("files"), content.PDF, "embedded_files"),
    "macros": (files.word_with({"word/vbaProject.bin": b"x"}), DOCX_TYPE, "macros"),
    "objects": (files.word_with({"word/embeddings/a.bin": b"x"}), DOCX_TYPE, "embedded_objects"),
    "remote picture": (
        files.word_with({"word/_rels/document.xml.rels": OUTSIDE}), DOCX_TYPE, "external_content",
    ),
    "dde": (files.docx("DDEAUTO c:\\windows\\cmd.exe"), DOCX_TYPE, "fetching_fields"),
    "bomb": (files.swelling_package(), content.PACKAGE, "package_bomb"),
    "overlap": (files.overlapping_package(), content.PACKAGE, "package_hostile"),
    "path": (files.package({"../../etc/passwd": b"x"}), content.PACKAGE, "package_hostile"),
    "cut docx": (files.docx("a")[:200], content.PACKAGE, "document_unreadable"),
    "pixels": (files.large_picture(), content.PNG, "picture_too_large"),
    "cut picture": (files.picture("JPEG")[:400], content.JPEG, "document_unreadable"),
    "tiff of nothing": (b"II*\0\xff\xff\xff\xff", content.TIFF, "document_unreadable"),
    "deep mail": (files.mail_in_mail(8), content.MAIL, ""),
    "nothing": (b"", "", "empty"),
}  # fmt: skip


async def test_a_hostile_file_stays_as_it_is_and_the_reason_is_told(readers: LimitedPool) -> None:
    expected = {
        name: (data, mime, words.remark([code] if code else []))
        for name, (data, mime, code) in HOSTILE.items()
    }
    found = {}
    for name, (data, _, _) in HOSTILE.items():
        own, *_ = await captured([part(data)], readers)
        found[name] = (own.data, own.mime, own.remark)

    assert expected == found


async def test_the_text_of_a_hostile_file_is_a_state(readers: LimitedPool) -> None:
    readable = part(b"lesbar", mime="text/plain")
    for data, mime, _ in HOSTILE.values():
        text, state = await text_of([part(data, mime=mime), readable], readers)

        assert "lesbar" in text
        assert state in {"extracted", "failed"}


async def test_a_wrong_claim_is_told_in_words(readers: LimitedPool) -> None:
    scan = await captured([part(files.picture("TIFF"), "bescheid.pdf", "application/pdf")], readers)
    text = await captured([part(b"Hallo", "x.pdf", "")], readers)

    assert (content.TIFF, "Angegeben war PDF, der Inhalt ist TIFF-Bild.") == (
        scan[0].mime, scan[0].remark,
    )  # fmt: skip
    assert "Angegeben war PDF, der Inhalt ist Text." == text[0].remark


async def test_a_true_claim_keeps_what_it_adds(readers: LimitedPool) -> None:
    (own,) = await captured([part("Grüße".encode(), "x.txt", "text/plain; charset=utf-8")], readers)

    assert ("text/plain; charset=utf-8", "") == (own.mime, own.remark)


async def test_links_in_a_document_are_nothing_remarkable(readers: LimitedPool) -> None:
    data = files.word_with({"word/_rels/document.xml.rels": LINK})

    assert "" == (await captured([part(data)], readers))[0].remark


async def test_what_hangs_on_a_mail_becomes_parts_that_name_it(readers: LimitedPool) -> None:
    inner = files.mail(tabelle_xlsx=files.xlsx())
    outer = files.mail(lohn_pdf=files.LETTER, weiter_eml=inner, makro_docx=files.docx("Lohn"))
    found = await captured([part(b"Vermerk"), part(outer, "post.eml")], readers)

    assert [
        ("original", "datei", None), ("original", "post.eml", None), ("attachment", "lohn.pdf", 1),
        ("attachment", "weiter.eml", 1), ("attachment", "tabelle.xlsx", 3),
        ("attachment", "makro.docx", 1),
    ] == [(one.role, one.name, one.parent) for one in found]  # fmt: skip
    assert [content.PDF, content.MAIL, content.XLSX, content.DOCX] == [p.mime for p in found[2:]]
    assert (files.LETTER, files.xlsx()) == (found[2].data, found[4].data)


async def test_mails_within_mails_end_somewhere(readers: LimitedPool) -> None:
    found = await captured([part(files.mail_in_mail(8))], readers)

    assert 6 == len(found)
    assert words.remark(["too_much_attached"]) == found[-1].remark


async def test_a_large_file_is_examined_from_its_file(readers: LimitedPool, tmp_path: Path) -> None:
    data = files.mail(gross_pdf=files.LETTER + b"\n%" + b"x" * 9_000_000)
    path = tmp_path / "post"
    path.write_bytes(data)
    large = LargeFile(path, sha256_hex(data), len(data))

    own, child = await captured([Part("original", "post.eml", "", large)], readers)

    assert (large, content.MAIL, content.PDF) == (own.data, own.mime, child.mime)


@pytest.mark.parametrize(
    ("data", "mime", "said"),
    [
        (files.docx("Antrag auf", "Unterhaltsvorschuss"), content.DOCX, "Antrag auf\nUnterhalts"),
        (files.xlsx(), content.XLSX, "Einkommen\nMonat Lohn Müller\n10 1234.5"),
        (files.mail(), content.MAIL, "Unterlagen für Anna\n\nGuten Tag,"),
        (b"<html><style>x</style><p>Hallo <b>Welt</b></p></html>", content.HTML, "Hallo Welt"),
        (files.LETTER, content.PDF, "Bescheid für Anna Müller\nZweite Zeile\n\nSeite zwei"),
    ],
    ids=["docx", "xlsx", "eml", "html", "pdf"],
)
async def test_every_kind_says_its_words(
    readers: LimitedPool, data: bytes, mime: str, said: str
) -> None:
    text, state = await text_of([part(data, mime=mime)], readers)

    assert "extracted" == state
    assert said in text


async def test_entities_of_a_document_are_refused(readers: LimitedPool) -> None:
    data = files.entity_document()

    assert ("", "failed") == await text_of([part(data, mime=content.DOCX)], readers)
