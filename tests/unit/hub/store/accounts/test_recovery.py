import pytest

from hub.store.accounts import Passwords, recovery
from tests.small_house import QUICK


def test_each_code_has_a_name_of_its_own() -> None:
    codes = recovery.new_codes()

    assert recovery.NUMBER == len({code[:4] for code in codes})
    assert set(codes).isdisjoint(recovery.new_codes())


def test_a_code_is_read_however_it_is_typed() -> None:
    code = recovery.new_codes()[0]
    typed = (code, code.upper(), code.replace("-", " "), f" {code}\n")

    assert 1 == len({recovery.read(one) for one in typed})


@pytest.mark.parametrize("text", ["", "123456", "k7m2-q9xd-w4tn", "k7m2-q9xd-w4tn-8ph0"])
def test_what_has_not_the_form_is_no_code(text: str) -> None:
    assert recovery.read(text) is None


async def test_only_slow_hashes_are_kept() -> None:
    codes = recovery.new_codes()
    hashes = await recovery.hashed(codes, Passwords(QUICK))

    assert {code[:4] for code in codes} == set(hashes)
    assert all(one.startswith("$argon2id$") for one in hashes.values())
