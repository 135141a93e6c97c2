"""Each branch of the errors says who must act, and exits accordingly."""

import pytest

from hub.core import errors


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
