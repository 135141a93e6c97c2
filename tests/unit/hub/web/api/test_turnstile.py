"""Counts go up and down again whatever happens inside, and keys are held by one."""

from dataclasses import replace

import pytest

from hub.store.senders.credentials import Credential
from hub.web.api.problems import Problem
from hub.web.api.turnstile import Turnstile

ONE = Credential(
    id="c-1", tenant="t", channel="c", sender="s", kind="token", digest="d", created_us=0,
    expires_us=1,
)  # fmt: skip
SUCCESSOR = replace(ONE, id="c-2", digest="e")
OTHER = replace(ONE, id="c-3", sender="other")


def test_a_sender_has_its_share_and_no_more() -> None:
    turnstile = Turnstile(per_sender=1, at_once=2)
    with turnstile.passing(ONE):
        with pytest.raises(Problem, match="sender_too_busy"), turnstile.passing(SUCCESSOR):
            pass
        with turnstile.passing(OTHER):
            assert 2 == turnstile.inside

    assert 0 == turnstile.inside


def test_the_door_has_its_limit_whoever_comes() -> None:
    turnstile = Turnstile(per_sender=5, at_once=1)
    with turnstile.passing(ONE), pytest.raises(Problem, match="door_too_busy"):  # noqa: SIM117  the order is the point
        with turnstile.passing(OTHER):
            pass


def test_whoever_fails_inside_leaves_nothing_behind() -> None:
    turnstile = Turnstile(1, 1)
    with pytest.raises(ValueError), turnstile.holding(ONE, "k"), turnstile.passing(ONE):
        raise ValueError
    with turnstile.holding(ONE, "k"), turnstile.passing(ONE):
        assert 1 == turnstile.inside


def test_a_key_is_held_by_one_request_of_a_sender() -> None:
    turnstile = Turnstile(9, 9)
    with turnstile.holding(ONE, "k"):
        with pytest.raises(Problem, match="in_progress"), turnstile.holding(SUCCESSOR, "k"):
            pass
        with (
            turnstile.holding(OTHER, "k"),
            turnstile.holding(ONE, "l"),
            turnstile.holding(ONE, None),
        ):
            pass
    with turnstile.holding(ONE, "k"):
        pass
