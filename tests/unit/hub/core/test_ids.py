"""Identifiers of what is accepted follow time; those of what follows are derived."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from hub.core import ids

MESSAGE = "01a203a3-037f-7a2d-9166-3341d0b4e504"
MOMENTS = st.integers(1_700_000_000_000_000, 4_000_000_000_000_000)


@given(MOMENTS)
def test_an_accepted_message_gets_a_uuid_of_version_7(at_us: int) -> None:
    value = uuid.UUID(ids.uuid7(at_us))

    assert (7, uuid.RFC_4122) == (value.version, value.variant)


@given(MOMENTS)
def test_a_microsecond_later_sorts_behind(at_us: int) -> None:
    assert ids.uuid7(at_us) < ids.uuid7(at_us + 1)


def test_two_in_the_same_microsecond_differ() -> None:
    assert 100 == len({ids.uuid7(1_795_000_000_000_000) for _ in range(100)})


@given(st.lists(st.text(), min_size=1))
def test_the_same_parts_give_the_same_identifier(parts: list[str]) -> None:
    assert ids.derived_uuid(*parts) == ids.derived_uuid(*parts)
    assert ids.derived_code(*parts) == ids.derived_code(*parts)


@given(st.text())
def test_a_derived_code_fits_narrow_fields(part: str) -> None:
    code = ids.derived_code(part)

    assert 16 == len(code)
    assert set(code) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def test_other_parts_give_another_identifier() -> None:
    assert ids.derived_uuid("m-1", "order") != ids.derived_uuid("m-2", "order")
    assert ids.derived_code("m-1", "order") != ids.derived_code("m-2", "order")


@given(MOMENTS, st.lists(st.text(), min_size=1))
def test_what_follows_from_a_message_keeps_its_time(at_us: int, parts: list[str]) -> None:
    parent = ids.uuid7(at_us)
    first = ids.derived_uuid(parent, *parts)
    second = ids.derived_uuid(first, *parts)
    value = uuid.UUID(second)

    assert (8, uuid.RFC_4122) == (value.version, value.variant)
    assert parent[:13] == first[:13] == second[:13]
    assert 3 == len({parent, first, second})


def test_derived_identifiers_stay_what_they_were() -> None:
    """Promises made by an earlier version must be found again."""
    assert "175ce926-904c-5c74-a1bf-58946ef88c19" == ids.derived_uuid("m-1", "order", "B-1")
    assert "01a203a3-037f-821c-98ba-5de201aa7f3a" == ids.derived_uuid(MESSAGE, "order")
    assert "JVLSIV5WYZ6BEOZW" == ids.derived_code("m-1", "order", "B-1")
