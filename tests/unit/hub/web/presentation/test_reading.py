from efile import PageText, Word
from hub.web.presentation.reading import paragraphs


def sheet(*lines: tuple[float, str]) -> PageText:
    """Return a page with lines at these places from the top."""
    text = "\r\n".join(line for _, line in lines)
    words = [Word(word, 0.1, top, 0.1, 0.01) for top, line in lines for word in line.split()]
    return PageText(1, 1, text, tuple(words))


def test_lines_close_together_are_one_paragraph_and_a_gap_begins_the_next() -> None:
    page = sheet(
        (0.10, "Frau"), (0.12, "Jana Sommerfeld"), (0.16, "Sehr geehrte Frau"), (0.20, "für Ihr"),
        (0.22, "Kind bewilligen"), (0.24, "wir"),
    )  # fmt: skip

    assert [
        "Frau\nJana Sommerfeld", "Sehr geehrte Frau", "für Ihr\nKind bewilligen\nwir",
    ] == paragraphs(page)  # fmt: skip


def test_a_line_that_stands_higher_than_the_one_before_begins_a_paragraph() -> None:
    page = sheet((0.10, "links"), (0.12, "unten"), (0.05, "rechts oben"))

    assert ["links\nunten", "rechts oben"] == paragraphs(page)


def test_without_fitting_words_empty_lines_part_the_text() -> None:
    page = PageText(1, 1, "eins\nzwei\n\ndrei", ())

    assert ["eins\nzwei", "drei"] == paragraphs(page)


def test_a_page_without_text_has_no_paragraph() -> None:
    assert [] == paragraphs(PageText(1, 1, "", ()))
