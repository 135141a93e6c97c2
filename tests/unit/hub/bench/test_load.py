"""The load is like real life, and the same every time."""

from pathlib import Path

from hub.bench.load import EVERY_INVALID, PER_CASE, Load


def test_a_load_is_the_same_every_time() -> None:
    assert Load(50).planned == Load(50).planned


def test_every_message_is_another_one() -> None:
    load = Load(300)

    assert 300 == len({one.business_id for one in load.planned})
    assert 300 == len({one.data for one in load.planned})
    assert {PER_CASE} == {
        sum(one.case_id == case for one in load.planned)
        for case in {one.case_id for one in load.planned}
    }


def test_some_documents_are_invalid_and_some_files_come_twice(tmp_path: Path) -> None:
    load = Load(2 * EVERY_INVALID)
    load.drop(tmp_path)

    dropped = [path.read_bytes() for path in sorted(tmp_path.iterdir())]
    assert (2, 4) == (sum(not one.valid for one in load.planned), len(load.repeated))
    assert load.files == len(dropped) == 2 * EVERY_INVALID + 4
    assert {one.data for one in load.repeated} == set(dropped[-4:])


def test_the_bare_limit_gets_valid_documents_only() -> None:
    load = Load(EVERY_INVALID)
    invalid = {one.data for one in load.planned if not one.valid}

    assert 500 == len(load.documents(500))
    assert not invalid & set(load.documents(500))


def test_a_message_carries_its_number() -> None:
    for one in Load(12).planned:
        assert one.business_id.encode() in one.data
        assert one.case_id.encode() in one.data


def test_messages_of_a_case_come_apart_and_in_their_order() -> None:
    load = Load(10 * PER_CASE)
    mixed = load.mixed

    assert sorted(load.planned, key=id) == sorted(mixed[: len(load.planned)], key=id)
    assert load.repeated == mixed[len(load.planned) :]
    for case in {one.case_id for one in load.planned}:
        assert (
            list(range(PER_CASE)) == [one.number for one in mixed if one.case_id == case][:PER_CASE]
        )
    assert [0] * 10 == [one.number for one in mixed[:10]]


def test_an_odd_load_is_mixed_whole() -> None:
    load = Load(2037)

    assert load.files == len(load.mixed) == len({(id(one), n) for n, one in enumerate(load.mixed)})
    assert {one.business_id for one in load.planned} == {one.business_id for one in load.mixed}


def test_loads_with_cases_of_their_own_add_up() -> None:
    both = Load(PER_CASE) + Load(PER_CASE, first_case=1)

    assert Load(2 * PER_CASE).planned == both.planned
    assert 2 * PER_CASE + 2 == both.files
