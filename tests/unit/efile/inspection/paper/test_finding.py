"""Terms are found where they stand, on every kind of page."""

from __future__ import annotations

import io
from dataclasses import asdict
from typing import Any

import pytest
from PIL import Image

from efile.inspection.paper import finding, proof, redrawing
from tests.efile_house import pdf
from tests.inspected import LINES, TERMS, scan


def asked(**changes: Any) -> dict[str, Any]:
    return {"first": 1, "last": 1, "terms": [asdict(one) for one in TERMS], "own": []} | changes


def found(data: bytes) -> list[tuple[str, int]]:
    """Return kind and number of lines of what stands on the first page."""
    answer, _ = finding.look(asked(), data)
    kinds = {one.id: one.kind for one in TERMS} | {t["id"]: t["kind"] for t in answer["terms"]}
    return sorted((kinds[name], len(boxes)) for name, boxes in answer["pages"]["1"])


def test_every_term_is_found_with_its_place() -> None:
    assert [("address", 1), ("birth_date", 1), ("iban", 1), ("place", 1)] == found(pdf([LINES]))


def test_a_term_over_two_lines_has_two_boxes() -> None:
    assert [("place", 2)] == found(pdf([["wohnhaft in der Stadt 12345", "Musterstadt seit je"]]))


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_what_is_burnt_where_it_was_found_is_gone(turn: int) -> None:
    data = pdf([LINES], rotation=turn)
    answer, _ = finding.look(asked(), data)
    boxes = [[*box, "A"] for _, places in answer["pages"]["1"] for box in places]
    _, made = redrawing.remake({"first": 1, "last": 1, "boxes": {"1": boxes}}, data)
    params = asked(boxes={"1": boxes}, allowed={}, free=[], spoken=[])

    assert len(boxes) >= 4
    for job in (proof.texts, proof.pictures, proof.raw):
        assert [] == job(params, made)[0]["hits"]


def test_patterns_bring_what_nobody_knew() -> None:
    data = pdf(
        [["Konto DE02 1203 0000 0000 2020 51, Tel.: 0171 / 234 56 78, oma@example.org",
          "und DE02 1203 0000 0000 2020 52 mit falscher Prüfziffer"]]
    )  # fmt: skip

    assert [("email", 1), ("iban", 1), ("phone", 1)] == found(data)


def test_the_askers_own_account_is_no_pattern() -> None:
    data = pdf([["Konto DE02 1203 0000 0000 2020 51"]])
    own = ["de02120300000000202051"]
    answer, _ = finding.look(asked(own=own), data)

    assert ([], []) == (answer["terms"], answer["pages"]["1"])


def test_words_are_read_off_a_scan() -> None:
    stream = io.BytesIO()
    with Image.open(io.BytesIO(scan())) as picture:
        picture.save(stream, "PDF", resolution=200)
    answer, _ = finding.look(asked(), stream.getvalue())
    read, _ = finding.look_at_picture(asked(), stream.getvalue())
    kinds = {one.id: one.kind for one in TERMS}

    assert ([1], []) == (answer["pictured"], answer["pages"]["1"])
    assert {"address", "place", "birth_date", "iban"} == {kinds[name] for name, _ in read["hits"]}
