"""Whatever is filed can be told: valid after the official schema, and read again as it was."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from functools import cache
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from efile.kinds.subfiles import Subfile
from efile.model import Akte, AkteView, Direction, Document, DocumentPart, Role, Vorgang
from efile.xdomea import names
from efile.xdomea.elements import Element, time_of, writable
from efile.xdomea.heads import Head, Parties
from efile.xdomea.records import Event, Record, delivered, file_name, forms, last_day, offered
from efile.xdomea.writing import simple_message, write_objects
from tests.archive_desk import SCHEMA, WHY_SKIPPED, X

UNHURRIED = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
DAYS = st.dates(date(1950, 1, 1), date(2150, 12, 31))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
TIMES = st.integers(0, 4_000_000_000_000_000)
UUIDS = st.uuids().map(str)
PARTIES = Parties("Jugendamt <Müller> & Söhne", "Stadtarchiv", "aktenhub")
PROCESS = "9fde4e7a-b41b-11ec-9225-005056871b7c"


@st.composite
def documents(draw: st.DrawFn) -> Document:
    roles = draw(st.lists(st.sampled_from(get_args(Role)), min_size=1, max_size=4))
    parts = tuple(
        DocumentPart(n, role, draw(TEXT), "application/pdf", "0" * 64, 1, "k")
        for n, role in enumerate(roles)
    )
    values: dict[str, Any] = {
        name: draw(TEXT) for name in ("vorgang", "title", "doc_type", "actor")
    }
    return Document(
        tenant="muster", id=draw(UUIDS), version=1, akte_id="a", aktenzeichen="z", akte_title="t",
        aktenplan="p", vorgang_id=draw(st.sampled_from([str(n) * 8 + PROCESS[8:] for n in "123"])),
        document_key="k", source_id="", direction=draw(st.sampled_from(get_args(Direction))),
        received_at_us=draw(TIMES), filed_at_us=draw(TIMES), kind="uvg", retention="", subfile="",
        leaf="",
        parts=parts, **values,
    )  # fmt: skip


def view(told: Record, held: list[Document], *, parts: bool) -> AkteView:
    """Return a file whose last matter, if wanted, lies in a part of it."""
    names = list(dict.fromkeys(one.vorgang_id for one in held))
    last = Subfile(id="last", name="Letzte") if parts else None
    matters = [
        Vorgang(one, told.akte.id, "v", 1, last if one == names[-1] else None) for one in names
    ]
    return AkteView(told.akte, tuple(matters), tuple(held))


@st.composite
def records(draw: st.DrawFn) -> Record:
    akte = Akte("muster", draw(UUIDS), draw(TEXT), draw(TEXT), draw(TEXT), 1, 2, 3, "uvg")
    begun, last = sorted((draw(DAYS), draw(DAYS)))
    return Record(
        akte, draw(TEXT), draw(TEXT), draw(st.integers(1, 100_000)), draw(DAYS),
        draw(st.none() | DAYS), begun, last, draw(TEXT),
    )  # fmt: skip


@cache
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(SCHEMA)))


def written(kind: names.Kind, *objects: Element) -> bytes:
    async def source() -> AsyncIterator[Element]:
        for one in objects:
            yield one

    stream = io.BytesIO()
    head = Head(kind, PROCESS, 1_780_000_000_000_000, PARTIES)
    asyncio.run(write_objects(stream, head, source()))
    return stream.getvalue()


def said(message: Any, path: str) -> list[str]:
    return [one.text or "" for one in message.iterfind(path, X)]


@pytest.mark.skipif(not SCHEMA.exists(), reason=WHY_SKIPPED)
@UNHURRIED
@given(st.lists(records(), min_size=1, max_size=2), st.lists(documents(), max_size=4), TEXT)
def test_every_file_is_told_validly(told: list[Record], held: list[Document], words: str) -> None:
    history = [Event(words, 1_780_000_000_000_000, words)]
    offer = etree.fromstring(written(names.OFFER, *map(offered, told)))
    given_away = etree.fromstring(
        written(
            names.DELIVERY, *(delivered(one, view(one, held, parts=True), history) for one in told)
        )
    )

    schema().assertValid(offer)
    schema().assertValid(given_away)


@UNHURRIED
@given(records(), st.lists(documents(), max_size=4, unique_by=lambda one: one.id))
def test_what_was_told_is_read_again(told: Record, held: list[Document]) -> None:
    root = etree.fromstring(
        written(names.DELIVERY, delivered(told, view(told, held, parts=False), []))
    )
    matter = "x:Schriftgutobjekt/x:Akte/x:Akteninhalt/x:Vorgang"

    assert [told.akte.id] == said(root, "x:Schriftgutobjekt/x:Akte/x:Identifikation/x:ID")
    assert sorted(one.id for one in held) == sorted(
        said(root, f"{matter}/x:Dokument/x:Identifikation/x:ID")
    )
    assert list(dict.fromkeys(one.vorgang_id for one in held)) == said(
        root, f"{matter}/x:Identifikation/x:ID"
    )
    titles = {one.id: writable(one.title) for one in held if one.title.strip()}
    for found in root.iterfind(f"{matter}/x:Dokument", X):
        (name,) = said(found, "x:Identifikation/x:ID")
        subject = said(found, "x:AllgemeineMetadaten/x:Betreff")
        # XML reads a carriage return as the end of a line.
        expected = (
            [titles[name].replace("\r\n", "\n").replace("\r", "\n")] if name in titles else []
        )
        assert expected == [one.replace("\r\n", "\n").replace("\r", "\n") for one in subject]
    files = [file_name(one, part) for one in held for part in one.parts]
    assert sorted(files) == sorted(said(root, ".//x:Dateiname"))


@UNHURRIED
@given(documents())
def test_contents_have_names_of_their_own_without_words(document: Document) -> None:
    found = [file_name(document, part) for part in document.parts]

    assert len(found) == len(set(found))
    assert found == [file_name(document, part) for part in document.parts]
    for name in found:
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.[a-z0-9]{1,10})?", name)


@UNHURRIED
@given(documents())
def test_every_part_is_a_form_or_hangs_on_the_document(document: Document) -> None:
    main, hung = forms(document)

    assert sorted(p.position for p in (*main, *hung)) == [p.position for p in document.parts]
    assert main
    if any(part.role == "original" for part in document.parts):
        assert "original" == main[0].role
    assert all(part.role == "rendition" for part in main[1:])


@pytest.mark.skipif(not SCHEMA.exists(), reason=WHY_SKIPPED)
def test_a_receipt_is_valid() -> None:
    receipt = simple_message(Head(names.APPRAISAL_RECEIVED, PROCESS, 0, PARTIES))

    schema().assertValid(etree.fromstring(receipt))
    assert receipt.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<xdomea:Aussonderung.")
    assert "0505" == names.KINDS["0505"].code


def test_days_and_times_are_told_plainly() -> None:
    assert "2026-05-28T20:26:40Z" == time_of(1_780_000_000_000_000)
    assert date(2020, 12, 31) == last_day(date(2020, 12, 31) + timedelta(days=1))
    assert "a\ufffdb" == writable("a\x0bb")
    assert f"{PROCESS}_Aussonderung.Anbieteverzeichnis.0501.zip" == names.OFFER.file_name(
        PROCESS, ".zip"
    )
