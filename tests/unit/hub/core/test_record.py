"""A record has one canonical form."""

from hypothesis import given
from hypothesis import strategies as st

from hub.core.record import Record, canonical_json

LEAVES = st.none() | st.booleans() | st.integers() | st.text()
DATA = st.dictionaries(st.text(), st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3)))


@given(DATA)
def test_a_record_survives_its_json(data: dict[str, object]) -> None:
    record = Record("Bescheid", data)

    assert record == Record.from_json(record.to_json())


@given(DATA)
def test_the_order_of_fields_does_not_matter(data: dict[str, object]) -> None:
    turned = dict(reversed(data.items()))

    assert canonical_json(data) == canonical_json(turned)


def test_a_record_without_a_case_number_belongs_to_no_case() -> None:
    assert None is Record("Isteinnahme", {"case_id": ""}).case_id
    assert "UV-1" == Record("Bescheid", {"case_id": "UV-1"}).case_id
