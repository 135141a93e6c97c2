"""What a child says is believed only in the shape that was asked for."""

from __future__ import annotations

import pickle

import msgspec
import pytest

from hub.core.errors import HubError, Misconfigured, Refused, RuleViolation, Unavailable
from hub.core.findings import Finding, Level, Verdict
from hub.core.record import Record
from hub.pipeline.decision.reading import Leg, Understood
from hub.pipeline.isolation.border import (
    Answer,
    Ask,
    Bad,
    Done,
    Good,
    bad,
    good,
    hear,
    read_answer,
    said,
)

UNDERSTOOD = Understood(
    Leg("kasse/Ist", "kasse/Ist", per_record=True, levels=(("a", "error"),)),
    Verdict.PASSED,
    (Finding("rule", "Satz", Level.WARNING, row=3),),
    (Record("Zahlung", {"cents": 1, "list": [1, {"deep": None}], "yes": True}),),
    facts={"count": 1, "id": "x"},
    rows=(3,),
    faulty_rows={4: "rule"},
)


def crossed(answer: Answer) -> Answer:
    """Return an answer as it arrives."""
    heard = hear(said(Done((answer,))))
    assert isinstance(heard, Done)
    return heard.answers[0]


def test_what_was_understood_arrives_as_it_was() -> None:
    assert (True, UNDERSTOOD) == read_answer("understand", crossed(good(UNDERSTOOD)))


@pytest.mark.parametrize(
    "exc",
    [
        RuleViolation("a", "b", remedy="c", place="d", findings=(Finding("e", "f"),)),
        Unavailable("a", "b", remedy="c", place="d", retry_after_s=1.5),
        Misconfigured("a", "b"),
        Refused("a"),
    ],
    ids=lambda exc: type(exc).__name__,
)
def test_an_error_arrives_as_what_it_was(exc: HubError) -> None:
    well, arrived = read_answer("write", crossed(bad(exc)))

    assert (False, type(exc), vars(exc)) == (well, type(arrived), vars(arrived))


class Deed:
    """Does something to whoever unpickles it."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return pytest.fail, ("a pickle was opened",)


@pytest.mark.parametrize(
    "words",
    [
        pickle.dumps(Deed()), b"", b"\xc1", msgspec.msgpack.encode({"type": "other"}),
        msgspec.msgpack.encode({"type": "ask", "query": [1]}),
    ],
    ids=["pickle", "nothing", "noise", "unknown", "shape"],
)  # fmt: skip
def test_other_words_are_not_understood(words: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        hear(words)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("write", good({"no": "bytes"})),
        ("understand", good({"leg": None, "verdict": "perfect"})),
        ("decide", Good(msgspec.Raw(pickle.dumps(Deed())))),
        ("write", Bad("SystemExit", "a", "b", "", "", ())),
    ],
    ids=["no bytes", "no verdict", "pickle", "no error of ours"],
)
def test_an_answer_of_another_shape_is_none(name: str, answer: Answer) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_answer(name, answer)


def test_a_question_arrives() -> None:
    assert Ask(("case", "muster", "1")) == hear(said(Ask(("case", "muster", "1"))))
