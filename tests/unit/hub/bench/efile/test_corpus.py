"""The letters of a benchmark are the same in each run, and what is asked for is there."""

from __future__ import annotations

from efile.index.text import pdf_text
from efile.index.words.exact import values
from hub.bench.efile.corpus import LETTER_BYTES, SEEN, UNSEEN, Corpus, kind_of


def test_the_same_number_is_the_same_letter() -> None:
    one, other = Corpus("amt"), Corpus("amt")

    assert one.letter(7) == other.letter(7) != one.letter(8)
    assert one.as_pdf(7) == other.as_pdf(7)


def test_a_letter_on_paper_has_its_words_and_its_size() -> None:
    corpus = Corpus("amt")
    part = corpus.as_pdf(7)
    _, text = pdf_text({}, part.data if isinstance(part.data, bytes) else b"")

    assert corpus.letter(7).text.split() == text.decode().split()
    assert abs(part.size - LETTER_BYTES) < 1000


def test_files_lie_behind_two_walls() -> None:
    assert {SEEN: 80, UNSEEN: 20} == {
        kind: sum(kind_of(file) == kind for file in range(100)) for kind in (SEEN, UNSEEN)
    }


def test_what_is_asked_for_stands_in_a_letter_that_may_be_seen() -> None:
    corpus = Corpus("amt")
    seen = " ".join(
        corpus.letter(number).text for number in range(400) if kind_of(number // 20) == SEEN
    )
    questions = corpus.questions(400)

    for kind in ("name", "file", "account", "date"):
        assert [] == [one for one in questions[kind] if one not in seen], kind
    assert {"iban"} == {next(values(one)).field for one in questions["iban"]}
