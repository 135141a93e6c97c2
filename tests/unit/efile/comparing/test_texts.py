"""Texts compared word by word."""

from hypothesis import given, settings
from hypothesis import strategies as st

from efile.comparing.texts import Stretch, compare, lines_of

LETTER = "Sehr geehrte Frau Sommerfeld,\nfür Ihr Kind bewilligen wir ab\ndem 01.11.2026 monatlich\n299,00 Euro."


def told(old: str, new: str) -> list[Stretch]:
    return compare(lines_of([(1, old)]), lines_of([(1, new)]))


def test_a_changed_word_is_told_within_its_place() -> None:
    first, place = told(LETTER, LETTER.replace("299,00", "310,00"))

    assert (True, 3) == (first.same, first.lines)
    assert [("removed", "299,00"), ("added", "310,00"), ("same", "Euro.")] == place.pieces


def test_other_line_breaks_are_no_difference() -> None:
    flowing = LETTER.replace("\n", " ").replace("bewilligen", "bewil-\nligen")

    assert {True} == {one.same for one in told(LETTER, flowing)}


def test_a_hyphen_within_a_name_is_kept() -> None:
    [line, _] = lines_of([(1, "Anna Müller-\nSchmidt")])

    assert ("Anna", "Müller-") == line.words


def test_places_name_the_pages_they_begin_on() -> None:
    old = lines_of([(1, "eins\nzwei"), (2, "drei\nvier")])
    new = lines_of([(1, "eins\nzwei\nneu"), (2, "drei"), (3, "fünf")])
    found = [(one.old_page, one.new_page) for one in compare(old, new) if not one.same]

    assert [(2, 1), (2, 3)] == found


def test_what_has_little_in_common_is_told_as_a_whole() -> None:
    [place] = told("Der Antrag wird abgelehnt weil keine Nachweise da sind", "Wir bewilligen alles")

    assert ["removed", "added"] == [kind for kind, _ in place.pieces]


def test_many_words_in_one_place_are_not_compared_with_each_other() -> None:
    old, new = (" ".join(f"{side}{n}" for n in range(1500)) for side in "ab")
    [place] = told(f"{old} Ende", f"{new} Ende")

    assert [("removed", 1501), ("added", 1501)] == [
        (kind, len(text.split())) for kind, text in place.pieces
    ]


def test_lines_that_stand_thousands_of_times_are_compared_as_well() -> None:
    old, new = "0,00 EUR\n" * 1900, "0,00 EUR\n1,00 EUR\n" * 950

    assert 950 == str(told(old, new)).count("1,00")


WORDS = st.lists(st.sampled_from(["a", "b", "c", "d", "e\n"]), max_size=30).map(" ".join)


@settings(max_examples=40)
@given(WORDS, WORDS)
def test_both_texts_can_be_read_off_the_difference(old: str, new: str) -> None:
    found = [piece for one in told(old, new) for piece in one.pieces]
    for side, text in (("removed", old), ("added", new)):
        read = " ".join(words for kind, words in found if kind in {"same", side})

        assert text.split() == read.split()
