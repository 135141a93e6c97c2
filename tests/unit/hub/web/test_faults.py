import pytest
from aiohttp import web

import efile
from hub.core import errors
from hub.web.faults import Denied, explain


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.SchemaViolation("x"), 422),
        (errors.Unavailable("x"), 503),
        (errors.Refused("x"), 409),
        (errors.OutcomeUnknown("x"), 503),
        (errors.NotChecked("x"), 503),
        (errors.Misconfigured("x"), 500),
        (errors.Conflict("x"), 409),
        (errors.HubError("x"), 500),
        (efile.StorageUnavailable("x"), 503),
        (efile.NotDisplayable("x"), 422),
        (efile.IntegrityBroken("x"), 500),
        (Denied(429, "too_many_requests"), 429),
        (web.HTTPMethodNotAllowed("PUT", ["GET"]), 405),
        (web.HTTPRequestEntityTooLarge(1, 2), 413),
        (ValueError("Sommerfeld"), 500),
    ],
)
def test_every_fault_says_what_happened_whose_turn_it_is_and_its_code(
    error: Exception, status: int
) -> None:
    told = explain(error)

    assert status == told.status
    assert told.code
    assert told.what
    assert "am Zug" in told.turn or "Niemand" in told.turn
    assert "Sommerfeld" not in repr(told)


def test_what_belongs_to_others_and_what_is_missing_read_the_same() -> None:
    assert explain(Denied(404, "not_found")) == explain(efile.NotFound("akte_missing"))
    assert explain(Denied(404, "not_found")) == explain(web.HTTPNotFound())
