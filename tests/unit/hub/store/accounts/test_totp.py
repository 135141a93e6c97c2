import base64
from urllib.parse import parse_qs, urlsplit

import pytest

from hub.store.accounts import totp

SECRET = b"12345678901234567890"
NOW_US = 1_795_000_000_000_000


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (59, "94287082"), (1111111109, "07081804"), (1111111111, "14050471"),
        (1234567890, "89005924"), (2000000000, "69279037"), (20000000000, "65353130"),
    ],
)  # fmt: skip
def test_the_vectors_of_rfc_6238_appendix_b(second: int, code: str) -> None:
    assert code == totp.code_at(SECRET, totp.step_at(second * 1_000_000), digits=8)


@pytest.mark.parametrize(
    ("count", "code"), list(enumerate(["755224", "287082", "359152", "969429"]))
)
def test_the_vectors_of_rfc_4226_appendix_d(count: int, code: str) -> None:
    assert code == totp.code_at(SECRET, count)


@pytest.mark.parametrize(("away", "known"), [(-2, 0), (-1, 1), (0, 1), (1, 1), (2, 0)])
def test_a_clock_may_be_one_step_off(away: int, known: int) -> None:
    step = totp.step_at(NOW_US) + away

    assert (step if known else None) == totp.step_of(SECRET, totp.code_at(SECRET, step), NOW_US)


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "١٢٣٤٥٦", "1234567", "\ud7ff"])
def test_what_is_no_code_belongs_to_no_step(code: str) -> None:
    assert totp.step_of(SECRET, code, NOW_US) is None


def test_an_app_reads_from_the_address_what_it_needs() -> None:
    parts = urlsplit(totp.address(SECRET, "p.ahrens"))
    fields = parse_qs(parts.query)

    assert ("otpauth", "totp", "/aktenhub%3Ap.ahrens") == (parts.scheme, parts.netloc, parts.path)
    assert SECRET == base64.b32decode(fields["secret"][0])
    assert (["6"], ["30"], ["SHA1"]) == (fields["digits"], fields["period"], fields["algorithm"])


def test_a_secret_is_typed_in_groups_of_four() -> None:
    assert SECRET == base64.b32decode("".join(totp.spelled(SECRET)))
    assert {4} == {len(group) for group in totp.spelled(SECRET)}
