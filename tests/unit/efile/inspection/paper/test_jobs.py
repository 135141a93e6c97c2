"""What is asked about page by page is sent to a child once, and another takes its place."""

from __future__ import annotations

from efile.inspection.paper.jobs import JOBS
from tests.efile_house import pdf
from tests.inspected import TERMS, told

ONE, OTHER = pdf([["Der Vater wohnt Gartenstr. 12."]]), pdf([["Hier steht nichts."]])


def looked(name: str, data: bytes = b"") -> dict[str, object]:
    asked = {"of": name, "first": 1, "last": 1, "terms": told(*TERMS), "own": []}
    return JOBS["look"](asked, data)[0]


def test_bytes_are_held_by_their_name_until_others_come() -> None:
    unknown = looked("one")
    first = looked("one", ONE)

    assert {"unknown": True} == unknown
    assert first["pages"] == looked("one")["pages"] != {"1": []}
    assert {"1": []} == looked("other", OTHER)["pages"]
    assert {"unknown": True} == looked("one")
