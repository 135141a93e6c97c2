"""What every format promises: damaged or foreign bytes yield an answer, never an accident."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.errors import Undecodable
from hub.core.findings import Verdict
from hub.formats.base import Format, Reading
from hub.formats.catalog import Catalog
from hub.mapping.catalog import Mappings

ROOT = Path(__file__).parents[2]
FORMATS = Catalog.load(ROOT / "schemas")
MAPPINGS = Mappings.load(ROOT / "mappings", FORMATS)
EXAMPLES = sorted((ROOT / "mappings").glob("*-to-hub/examples/*/01.in.*"))
every_example = pytest.mark.parametrize(
    "path", EXAMPLES, ids=lambda path: f"{path.parts[-4]}-{path.parts[-2]}"
)


def format_of(path: Path) -> Format:
    return MAPPINGS.mapping(f"{path.parts[-4]}/{path.parts[-2]}").format


def answer(kind: Format, data: bytes) -> Reading | None:
    """Return the reading; nothing when the bytes are refused with their findings."""
    kind.matches(data, "x")
    try:
        reading = kind.read(data)
    except Undecodable as exc:
        return None if exc.findings else pytest.fail("refused without findings")
    assert (reading.verdict is Verdict.PASSED) == (reading.document is not None)
    assert (reading.verdict is Verdict.FAILED) == bool(reading.counts)
    assert reading.verdict is Verdict.PASSED or reading.findings
    return reading


@pytest.mark.parametrize("name", FORMATS.names())
@given(data=st.binary(max_size=300))
@settings(max_examples=20)
def test_any_bytes_yield_an_answer(name: str, data: bytes) -> None:
    reading = answer(FORMATS.format(name), data)

    assert reading is None or reading.verdict is Verdict.FAILED


@every_example
def test_a_damaged_file_yields_an_answer(path: Path) -> None:
    kind, original = format_of(path), path.read_bytes()
    dice = random.Random(path.name + path.parts[-4])  # noqa: S311 - the same damage in every run
    junk = [b"\0", b"\xff", b"\r", b"\n", b'"', b";", b"<", b">", b"&x;", b"\xc3\xa4", b"]]>", b""]

    for _ in range(150):
        start = dice.randrange(len(original))
        end = min(len(original), start + dice.choice([0, 1, 1, 5, 50]))
        answer(kind, original[:start] + dice.choice(junk) + original[end:])


@every_example
def test_a_truncated_file_never_passes(path: Path) -> None:
    kind, original = format_of(path), path.read_bytes()
    # Behind the last sign that counts, XML may lose line ends.
    ends = range(0, len(original.rstrip()), max(1, len(original) // 60))
    passed = [
        end
        for end in ends
        if (reading := answer(kind, original[:end])) and reading.verdict is Verdict.PASSED
    ]

    # Tables without a trailer may end after any whole row; the channel must know when they are complete.
    assert all(original[:end].endswith(b"\r\n") for end in passed)


@every_example
def test_reading_twice_yields_the_same(path: Path) -> None:
    kind, original = format_of(path), path.read_bytes()
    damaged = original.replace(b"2026", b"2x26")
    first, second = answer(kind, damaged), answer(kind, damaged)

    assert first is not None
    assert second is not None
    assert (first.verdict, first.findings) == (second.verdict, second.findings)
