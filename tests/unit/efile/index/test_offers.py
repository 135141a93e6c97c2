"""Where the offer of a file stands follows from what was noted, in the order of noting."""

from __future__ import annotations

from datetime import date
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from efile.index.keeping import Said
from efile.index.offers import Offer, offer_of
from efile.kinds.statement import ArchiveAnswer, Handover, HandoverStep, Statement

DAY = date(2026, 11, 22)
PROCESSES = st.sampled_from(["p-1", "p-2"])
STEPS = st.builds(
    Handover, process=PROCESSES, step=st.sampled_from(get_args(HandoverStep)), since=st.just(DAY),
    contents=st.integers(0, 9),
).map(lambda step: Statement(handover=step))  # fmt: skip
ANSWERS = st.builds(
    ArchiveAnswer, takes=st.booleans(), since=st.just(DAY), reason=st.just("x"),
    process=st.just("") | PROCESSES,
).map(lambda answer: Statement(answer=answer))  # fmt: skip
WORDS = st.lists(STEPS | ANSWERS, max_size=12)


def summed(words: list[Statement]) -> Offer | None:
    return offer_of(Said(f"d-{n}", n, "k.winter", word) for n, word in enumerate(words))


def step(process: str, word: HandoverStep, contents: int = 0) -> Statement:
    return Statement(handover=Handover(process=process, step=word, since=DAY, contents=contents))


@given(WORDS)
def test_the_latest_offer_counts_and_nothing_else_makes_one(words: list[Statement]) -> None:
    offer = summed(words)
    made = [w.handover.process for w in words if w.handover and w.handover.step == "offered"]

    assert (offer is None) == (not made)
    if offer is not None:
        assert offer.process == made[-1]


@given(WORDS, WORDS)
def test_what_was_taken_stays_taken_until_offered_anew(
    before: list[Statement], after: list[Statement]
) -> None:
    taken = [*before, step("p-1", "offered"), step("p-1", "taken")]
    offer = summed([*taken, *after])

    if "p-2" not in {
        w.handover.process for w in after if w.handover and w.handover.step == "offered"
    }:
        assert offer is not None
        assert ("p-1", "taken") == (offer.process, offer.state)


@given(WORDS)
def test_a_step_noted_twice_counts_once(words: list[Statement]) -> None:
    if words and (last := words[-1].handover) and last.step != "offered":
        assert summed(words) == summed([*words, words[-1]])


def test_an_answer_to_another_offer_changes_nothing() -> None:
    other = ArchiveAnswer(takes=True, since=DAY, reason="x", process="p-2")
    letter = ArchiveAnswer(takes=False, since=DAY, reason="Brief")

    for answer, state in ((other, "offered"), (letter, "declined")):
        offer = summed([step("p-1", "offered"), Statement(answer=answer)])
        assert offer is not None
        assert state == offer.state


def test_a_delivery_made_again_is_the_one_that_counts() -> None:
    words = [step("p-1", "offered"), step("p-1", "delivered", 3), step("p-1", "refused"),
             step("p-1", "delivered", 4), step("p-1", "taken")]  # fmt: skip
    offer = summed(words)

    assert offer is not None
    assert ("taken", 4) == (offer.state, offer.contents)
