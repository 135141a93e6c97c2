"""The life of a certificate as a table of allowed steps. Pure."""

from __future__ import annotations

from enum import StrEnum

from hub.core.errors import Conflict


class State(StrEnum):
    """Where a certificate stands."""

    REQUESTED = "requested"
    IMPORTED = "imported"
    ACTIVE = "active"
    """The one of its slot that opens connections."""
    RETIRING = "retiring"
    """Replaced; may be activated again while valid."""
    RETIRED = "retired"
    REVOKED = "revoked"


class Step(StrEnum):
    """What can be done to a certificate."""

    IMPORT = "import"
    ACTIVATE = "activate"
    REPLACE = "replace"
    """Another certificate of the slot was activated."""
    RETIRE = "retire"
    REVOKE = "revoke"


TRANSITIONS: dict[tuple[State, Step], State] = {
    (State.REQUESTED, Step.IMPORT): State.IMPORTED,
    (State.REQUESTED, Step.RETIRE): State.RETIRED,
    (State.IMPORTED, Step.ACTIVATE): State.ACTIVE,
    (State.IMPORTED, Step.RETIRE): State.RETIRED,
    (State.ACTIVE, Step.REPLACE): State.RETIRING,
    (State.RETIRING, Step.ACTIVATE): State.ACTIVE,
    (State.RETIRING, Step.RETIRE): State.RETIRED,
    **{
        (state, Step.REVOKE): State.REVOKED
        for state in (State.REQUESTED, State.IMPORTED, State.ACTIVE, State.RETIRING)
    },
}
"""An active certificate is never retired: it is replaced, or revoked in an emergency."""


def after(state: State, step: Step) -> State:
    """Return the state a step leads to.

    Raises:
        Conflict: the step is not possible from this state.
    """
    following = TRANSITIONS.get((state, step))
    if following is None:
        raise Conflict(
            "certificate_step_impossible",
            f"Der Schritt „{step}“ ist im Zustand „{state}“ nicht möglich.",
            remedy="Mit „aktenhub certs show“ den Zustand ansehen.",
        )
    return following
