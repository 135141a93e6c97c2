"""The classes of an end, as agreed: who waits, who stops, who is told."""

from __future__ import annotations

from typing import get_args

import pytest

from hub.channels.outbound.exchange import failure, refusal
from hub.core.errors import Conflict, HubError, Misconfigured
from hub.core.settings import Idempotent
from hub.pipeline.outcomes import DeliveryClass, is_of_office, judge

URL = "https://partner.example/"
TRANSIENT, MESSAGE = DeliveryClass.TRANSIENT, DeliveryClass.MESSAGE
TARGET, UNKNOWN = DeliveryClass.TARGET, DeliveryClass.UNKNOWN


def answered(status: int) -> HubError:
    return refusal(status, {}, URL)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        *((answered(status), TRANSIENT) for status in (408, 425, 429, 503)),
        *((answered(status), MESSAGE) for status in (400, 405, 409, 413, 415, 422)),
        *((answered(status), TARGET) for status in (301, 308, 401, 403, 404, 410)),
        *((answered(status), UNKNOWN) for status in (500, 502, 504, 507)),
        (failure(TimeoutError(), URL, connected=False), TRANSIENT),
        (failure(TimeoutError(), URL, connected=True), UNKNOWN),
        (Conflict("promise_without_payload"), MESSAGE),
    ],
    ids=lambda value: getattr(value, "code", value),
)
def test_every_end_has_its_class(error: HubError, expected: DeliveryClass) -> None:
    assert expected is judge(error, "no")


@pytest.mark.parametrize("idempotent", get_args(Idempotent))
def test_a_fault_of_the_server_passes_only_where_repetitions_are_recognised(
    idempotent: Idempotent,
) -> None:
    expected = TRANSIENT if idempotent == "yes" else UNKNOWN

    assert expected is judge(answered(500), idempotent)


@pytest.mark.parametrize("idempotent", get_args(Idempotent))
def test_silence_is_unknown_whatever_the_profile(idempotent: Idempotent) -> None:
    assert UNKNOWN is judge(failure(OSError(), URL, connected=True), idempotent)


@pytest.mark.parametrize(
    ("code", "of_office"),
    [
        ("certificate_missing", True),
        ("certificate_expired", True),
        ("client_certificate_refused", True),
        ("partner_denies_access", True),
        ("server_certificate_refused", False),
        ("trust_missing", False),
        ("partner_address_unknown", False),
        ("partner_redirects", False),
    ],
)
def test_a_certificate_of_ours_concerns_one_office_theirs_all(
    code: str, *, of_office: bool
) -> None:
    assert of_office == is_of_office(Misconfigured(code))
