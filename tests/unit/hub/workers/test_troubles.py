"""What is in the way of a part is told until the part goes on."""

from __future__ import annotations

import errno

import pytest

from hub.core.errors import HubError, Unavailable
from hub.workers.troubles import Troubles

FULL = Unavailable("payload_not_durable", "Kein Platz.", remedy="Platz schaffen.")


def test_nothing_is_told_where_everything_goes_its_way() -> None:
    troubles = Troubles()
    troubles.over("pickup")

    troubles.ask()


def test_what_is_in_the_way_is_told_in_words_until_it_is_over() -> None:
    troubles = Troubles()
    troubles.note("pickup", FULL)

    with pytest.raises(Unavailable, match="payload_not_durable") as told:
        troubles.ask()
    assert ("Kein Platz.", "Platz schaffen.") == (told.value.message, told.value.remedy)
    troubles.over("pickup")
    troubles.ask()


def test_a_disk_that_refuses_is_named_with_its_part_and_no_other_words() -> None:
    troubles = Troubles()
    troubles.note("musterstadt/fachverfahren", OSError(errno.EIO, "secret.xml"))

    with pytest.raises(HubError, match="disk_refuses") as told:
        troubles.ask()
    assert "musterstadt/fachverfahren" == told.value.place
    assert "secret.xml" not in str(told.value)


def test_what_nobody_foresaw_is_told_by_its_kind() -> None:
    troubles = Troubles()
    troubles.note("sweep", KeyError("x"))

    with pytest.raises(HubError, match="unforeseen"):
        troubles.ask()


def test_what_began_first_is_told_first_and_only_when_it_lasts() -> None:
    troubles = Troubles()
    troubles.note("pickup", FULL)
    troubles.note("sweep", KeyError("x"))
    troubles.note("pickup", FULL)

    with pytest.raises(HubError, match="payload_not_durable"):
        troubles.ask()
    troubles.ask(lasting_s=3600.0)
