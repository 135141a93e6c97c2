"""Lines on pages: broken where there is no more room, found again by another reader."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from efile.renditions.typesetting import HEIGHT, WIDTH, Line, Typesetter

pytestmark = pytest.mark.office  # its fonts


def texts(setter: Typesetter) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(setter.finish())).pages]


def test_names_of_people_keep_their_letters() -> None:
    setter = Typesetter()
    setter.add([Line("Łukasz Yıldız, Đorđe, Ağrı, Привет, ß €", bold=True)])

    assert ["Łukasz Yıldız, Đorđe, Ağrı, Привет, ß €"] == [t.strip() for t in texts(setter)]


def test_a_long_line_is_broken_and_no_letter_is_lost() -> None:
    words = [f"Wort{number}" for number in range(400)] + ["x" * 500]
    setter = Typesetter()
    setter.add([Line(" ".join(words))])

    assert "".join(words) == "".join("".join(texts(setter)).split())


def test_pages_are_filled_and_groups_begin_anew() -> None:
    setter = Typesetter()
    first, _ = setter.add([Line(f"Zeile {number}") for number in range(120)])
    second, placed = setter.add([Line("Ziel", right="7", mark="a")])

    assert (3, 1, 4) == (first, second, setter.pages)
    assert ["a"] == [one.mark for one in placed]
    left, low, right, high = placed[0].box
    assert 3 == placed[0].page
    assert 0 < left < right < WIDTH
    assert 0 < low < high < HEIGHT
    assert "Ziel\n7" == texts(setter)[3].strip().replace("Ziel 7", "Ziel\n7")


def test_an_empty_group_is_an_empty_page() -> None:
    setter = Typesetter()

    assert (1, []) == setter.add([])
