"""Each branch of the errors says who must act, and exits accordingly."""

import pickle
from typing import Any

import pytest

from hub.core import errors
from hub.core.findings import Finding


@pytest.mark.parametrize(
    ("kind", "exit_code"),
    [
        (errors.SchemaViolation, 1),
        (errors.Refused, 1),
        (errors.NotChecked, 1),
        (errors.Conflict, 1),
        (errors.Misconfigured, 3),
        (errors.Unavailable, 4),
        (errors.OutcomeUnknown, 4),
    ],
)
def test_the_branch_decides_the_exit_code(kind: type[errors.HubError], exit_code: int) -> None:
    assert exit_code == kind("some_code").exit_code


def test_an_error_tells_what_where_what_next_and_its_code() -> None:
    error = errors.Misconfigured("folder_gone", "Fehlt.", place="/x", remedy="Anlegen.")

    assert "Fehlt. (/x) Anlegen. [folder_gone]" == str(error)


def test_without_words_the_branch_speaks() -> None:
    assert "Jemand anderes war schneller." == errors.Conflict("lease_lost").message


FINDING = Finding("date_wrong", "Das Datum fehlt.", line=3, path="/a/b")
GIVEN = {"message": "Satz.", "remedy": "Tun.", "place": "/x"}
EVERY = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.HubError)
]


@pytest.mark.parametrize("kind", EVERY)
def test_an_error_crosses_a_process_border_whole(kind: type[errors.HubError]) -> None:
    error = kind("some_code", **GIVEN)
    error.findings = (FINDING,)

    again = _sent(error)

    assert kind is type(again)
    assert vars(error) == vars(again)
    assert str(error) == str(again)


def test_the_wait_a_partner_asked_for_crosses_a_process_border() -> None:
    error = errors.Unavailable("partner_busy", "Besetzt.", retry_after_s=7.5)

    assert 7.5 == _sent(error).retry_after_s


def _sent(error: errors.HubError) -> Any:
    return pickle.loads(pickle.dumps(error))  # noqa: S301  bytes of our own
