from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efile import Direction
from hub.pipeline.balance import CLASSES
from hub.store.accounts import Role
from hub.web.pages.messages import CLASSES as SHOWN
from hub.web.presentation import desk, words
from hub.web.presentation.actions import ACTIONS
from hub.web.presentation.rendering import static_files
from hub.web.routes import ROUTES

DAY = 86_400_000_000
TABLES = (words.RETENTION,
    words.MESSAGE_STATES, words.PROMISE_STATES, words.STEPS, words.VERDICTS, words.RESULTS,
    words.CERTIFICATE_STATES, desk.CLEARING_STATES, desk.ANSWERS,
)  # fmt: skip

COMMAND_LINE = {
    "account_unbound",
    "evidence_made",
    "file_opened",
    "archive_answer_noted",
    "kek_changed",
    "kek_joined",
    "kek_split",
    "revoked_shown",
    "unchecked_shown",
    "supply_begun",
    "supply_tried",
    "document_filed",
    "journal_archived",
    "journal_exported",
    "proof_issued",
    "holds_listed",
}
"""What only the command line does."""


def test_every_state_step_and_action_has_a_word() -> None:
    assert set(CLASSES) == set(words.MESSAGE_STATES)
    assert set(Role) == set(words.ROLES)
    assert set(get_args(Direction)) == set(words.DIRECTIONS)
    assert {route.policy.action for route in ROUTES} - {""} == set(ACTIONS) - COMMAND_LINE


def test_the_numbers_of_the_balance_open_the_states_they_count() -> None:
    assert CLASSES == {state: name for name, states in SHOWN.items() for state in states}


def test_every_icon_exists() -> None:
    sheet = static_files()["icons.svg"].decode()
    icons = {word.icon for table in TABLES for word in table.values()} | set(words.KINDS.values())
    icons |= {icon for _, _, icon, _ in desk.WAYS_OUT.values()}

    assert [] == [icon for icon in icons if f'id="{icon}"' not in sheet]


def test_a_failed_check_is_never_shown_as_passed() -> None:
    tones = {
        verdict: getattr(words.step("checked", {"verdict": verdict}), "tone", "")
        for verdict in ("passed", "failed", "not_checkable")
    }

    assert {"passed": "good", "failed": "bad", "not_checkable": "warn"} == tones


@pytest.mark.parametrize(
    ("days", "text", "tone"),
    [(-1, "abgelaufen", "bad"), (1, "1 Tag", "bad"), (13, "13 Tage", "bad"),
     (14, "14 Tage", "warn"), (59, "59 Tage", "warn"), (60, "60 Tage", "good")],
)  # fmt: skip
def test_the_days_of_a_certificate_grow_louder(days: int, text: str, tone: str) -> None:
    word = words.days_left(1000 * DAY + days * DAY, 1000 * DAY)

    assert (text, tone) == (word.text, word.tone)


@given(text=st.text(min_size=1, max_size=40), cuts=st.lists(st.integers(0, 40), max_size=6))
def test_marking_words_changes_no_letter(text: str, cuts: list[int]) -> None:
    places = sorted({min(cut, len(text)) for cut in cuts})
    marks = list(zip(places[::2], places[1::2], strict=False))

    assert text == "".join(piece for piece, _ in words.marked(text, marks))


def test_a_day_is_written_the_german_way_and_nothing_else_is_touched() -> None:
    assert ["22.11.2026", "2026-11", "ihv"] == [
        words.german_day(text) for text in ("2026-11-22", "2026-11", "ihv")
    ]
