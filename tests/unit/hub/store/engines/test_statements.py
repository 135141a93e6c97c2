"""Our SQL becomes PostgreSQL's: what is replaced, and what must stay as it is."""

import pytest

from hub.store.engines.statements import translated


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT :a, :b, :a", "SELECT $1, $2, $1"),
        ("SELECT ':a', \":b\", :c", "SELECT ':a', \":b\", $1"),
        ("SELECT 'it''s :a' || :b", "SELECT 'it''s :a' || $1"),
        ("SELECT :a::text -- :b\n, :c", "SELECT $1::text -- :b\n, $2"),
        ("SELECT /* :a */ :b", "SELECT /* :a */ $1"),
        ("AS $$ BEGIN x := :a; END $$", "AS $$ BEGIN x := :a; END $$"),
        ("n % :a LIKE '% '", "n % $1 LIKE '% '"),
        ("id IN :ids AND x NOT IN :xs", "id = ANY($1) AND x <> ALL($2)"),
        ("id IN (:a, :b)", "id IN ($1, $2)"),
        ("SELECT 1 /*pg FOR UPDATE SKIP LOCKED */", "SELECT 1 FOR UPDATE SKIP LOCKED "),
        ("SELECT 1 /*pg LIMIT :n */", "SELECT 1 LIMIT $1 "),
    ],
)  # fmt: skip
def test_names_become_numbers_outside_of_quotes_and_comments(sql: str, said: str) -> None:
    assert said == translated(sql).sql


@pytest.mark.parametrize("asked", [":a IS NULL", ":a is not null", ":a  IS  NOT  NULL"])
def test_a_value_only_asked_whether_it_is_there_gets_a_number_of_its_own(asked: str) -> None:
    statement = translated(f"SELECT 1 WHERE {asked} OR n < :a")

    assert "CAST($1 AS bigint)" in statement.sql
    assert "n < $2" in statement.sql
    assert [None, None] == statement.arguments({"a": None})
    assert [1, "x"] == statement.arguments({"a": "x"})


def test_a_column_that_is_null_is_no_value() -> None:
    assert "closed_us IS NULL" == translated("closed_us IS NULL").sql


def test_values_come_in_the_order_of_their_numbers_and_surplus_ones_stay_behind() -> None:
    statement = translated("SELECT :b, :a, :b WHERE id IN :ids")

    assert [2, 1, [3, 4]] == statement.arguments({"a": 1, "b": 2, "c": 9, "ids": (3, 4)})


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        translated("SELECT :a").arguments({"b": 1})
