import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.certificates.rotation import TRANSITIONS, State, Step, after
from hub.core.errors import Conflict

ENDED = (State.RETIRED, State.REVOKED)


@given(st.sampled_from(State), st.lists(st.sampled_from(Step), max_size=12))
def test_nothing_comes_back_from_the_end(state, steps):
    for step in steps:
        if state in ENDED:
            with pytest.raises(Conflict, match="certificate_step_impossible"):
                after(state, step)
        elif (state, step) in TRANSITIONS:
            state = after(state, step)


def test_a_replaced_certificate_can_be_rolled_back_to():
    assert State.ACTIVE is after(after(State.ACTIVE, Step.REPLACE), Step.ACTIVATE)


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (State.REQUESTED, Step.ACTIVATE),
        (State.ACTIVE, Step.ACTIVATE),
        (State.ACTIVE, Step.RETIRE),
        (State.IMPORTED, Step.IMPORT),
        (State.ACTIVE, Step.IMPORT),
    ],
)
def test_steps_that_would_skip_a_check_or_empty_a_slot_are_impossible(state, step):
    with pytest.raises(Conflict):
        after(state, step)


@pytest.mark.parametrize("state", [state for state in State if state not in ENDED])
def test_whatever_is_not_at_its_end_can_be_revoked(state):
    assert State.REVOKED is after(state, Step.REVOKE)
