"""Statements with one list of values, taken apart and put together for many rows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.store.engines.listings import listing

INSERT = "INSERT INTO item (id, t)\n VALUES (:id, :t) ON CONFLICT DO NOTHING"


def rows(count: int) -> list[dict[str, object]]:
    return [{"id": number, "t": f"<{number}>"} for number in range(count)]


def test_a_row_is_a_group_of_parameters_and_the_rest_stays() -> None:
    shape = listing(INSERT)

    assert shape
    assert [
        ("INSERT INTO item (id, t)\n VALUES (?, ?), (?, ?) ON CONFLICT DO NOTHING",
         [0, "<0>", 1, "<1>"])
    ] == list(shape.steps(rows(2)))  # fmt: skip
    assert [
        ("INSERT INTO item (id, t)\n VALUES ($1, $2), ($3, $4) ON CONFLICT DO NOTHING",
         [0, "<0>", 1, "<1>"])
    ] == list(shape.steps(rows(2), numbered=True))  # fmt: skip


@given(count=st.integers(0, 200))
def test_any_number_of_rows_goes_in_order_with_few_different_statements(count: int) -> None:
    shape = listing(INSERT)
    assert shape
    steps = list(shape.steps(rows(count)))

    assert [value for row in rows(count) for value in row.values()] == [
        value for _, values in steps for value in values
    ]
    assert all(sql.count("?") == len(values) for sql, values in steps)
    assert len({sql for sql, _ in steps}) <= 6


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE item SET t = :t WHERE id = :id",
        "INSERT INTO item VALUES (:id, lower(:t))",
        "INSERT INTO item VALUES (:id, 't') ON CONFLICT DO UPDATE SET t = :t",
        "INSERT INTO item VALUES (:id, 'why?')",
        "INSERT INTO item SELECT id, t FROM other WHERE id = :id",
    ],
)
def test_what_has_parameters_elsewhere_is_left_as_it_is(sql: str) -> None:
    assert listing(sql) is None


def test_a_forgotten_value_is_an_error() -> None:
    shape = listing(INSERT)

    assert shape
    with pytest.raises(KeyError, match="t"):
        list(shape.steps([{"id": 1}]))
