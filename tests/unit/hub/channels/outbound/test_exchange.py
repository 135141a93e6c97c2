import ssl

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channels.outbound.exchange import failure, refusal
from hub.core.errors import Misconfigured, OutcomeUnknown, Refused, Unavailable

URL = "https://register.example/"


def alert(reason: str) -> Exception:
    inner = ssl.SSLError(1, reason)
    inner.reason = reason
    outer = aiohttp.ClientOSError(1, reason)
    outer.__cause__ = inner
    return outer


@pytest.mark.parametrize("exc", [OSError("no name"), TimeoutError(), aiohttp.ClientError()])
def test_before_a_connection_stands_nothing_happened(exc):
    assert isinstance(failure(exc, URL, connected=False), Unavailable)


@pytest.mark.parametrize("exc", [OSError("reset"), TimeoutError(), aiohttp.ClientError()])
def test_once_a_connection_stands_nobody_knows(exc):
    assert isinstance(failure(exc, URL, connected=True), OutcomeUnknown)


@pytest.mark.parametrize(
    "reason",
    [
        "TLSV13_ALERT_CERTIFICATE_REQUIRED",
        "SSLV3_ALERT_CERTIFICATE_EXPIRED",
        "SSLV3_ALERT_BAD_CERTIFICATE",
        "TLSV1_ALERT_UNKNOWN_CA",
    ],
)
def test_an_alert_about_our_certificate_proves_that_nothing_was_processed(reason):
    judged = failure(alert(reason), URL, connected=True)

    assert isinstance(judged, Misconfigured)
    assert judged.code == "client_certificate_refused"


def test_another_alert_proves_nothing():
    assert isinstance(
        failure(alert("TLSV1_ALERT_INTERNAL_ERROR"), URL, connected=True), OutcomeUnknown
    )


@given(st.integers(300, 599))
def test_every_status_names_who_must_act(status):
    judged = refusal(status, {}, URL)

    assert isinstance(judged, Unavailable | Refused | Misconfigured | OutcomeUnknown)
    assert judged.message
    assert judged.remedy


@given(st.integers(500, 599))
def test_a_server_fault_is_never_taken_for_nothing_happened_unless_the_partner_says_closed(status):
    assert isinstance(refusal(status, {}, URL), Unavailable) == (status == 503)


@pytest.mark.parametrize("wish", ["9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_wish_beyond_measure_is_bounded(wish):
    headers = {"Retry-After": wish, "Date": "Sun, 22 Nov 2026 10:00:00 GMT"}
    judged = refusal(503, headers, URL)

    assert isinstance(judged, Unavailable)
    assert judged.retry_after_s == 30 * 86_400
