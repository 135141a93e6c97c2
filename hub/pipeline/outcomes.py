"""What the end of a delivery means for the message, its lane and its target. Pure.

=========  =======================================  =========================================
class      examples                                 consequence
=========  =======================================  =========================================
confirmed  2xx with a usable receipt                the lane goes on
transient  no connection, 408, 425, 429, 503;       again later, not before the partner's
           other 5xx where the partner recognises   wish
           repetitions
message    400, 413, 415, 422, business refusal     lane stops, clearing case
target     401, 403, 404, redirect, certificate     target opens, one alert; the message
           refused or expired                       waits without using up its attempts
unknown    bytes left, no status came back; 5xx     never guessed: by the partner's profile
           of a partner that is not idempotent      asked again, inquired, or a human decides
=========  =======================================  =========================================
"""

from __future__ import annotations

from enum import StrEnum

from hub.core.errors import HubError, Misconfigured, OutcomeUnknown, Unavailable
from hub.core.settings import Idempotent


class DeliveryClass(StrEnum):
    """How a delivery ended."""

    CONFIRMED = "confirmed"
    TRANSIENT = "transient"
    MESSAGE = "message"
    """Permanent for this message."""
    TARGET = "target"
    """Permanent for the target."""
    UNKNOWN = "unknown"


_STATUS_CAME = "partner_failed"
"""The partner answered with a fault of its own; only its effects are uncertain."""

_OF_THE_OFFICE = frozenset(
    {
        "partner_denies_access",
        "client_certificate_refused",
        "certificate_missing",
        "certificate_expired",
    }
)
"""Faults of one office's access; other offices' deliveries go on."""


def judge(error: HubError, idempotent: Idempotent) -> DeliveryClass:
    """Return the class of a delivery that did not end well."""
    if isinstance(error, Unavailable):
        return DeliveryClass.TRANSIENT
    if isinstance(error, Misconfigured):
        return DeliveryClass.TARGET
    if isinstance(error, OutcomeUnknown):
        harmless = idempotent == "yes" and error.code == _STATUS_CAME
        return DeliveryClass.TRANSIENT if harmless else DeliveryClass.UNKNOWN
    return DeliveryClass.MESSAGE


def is_of_office(error: HubError) -> bool:
    """Tell whether a target fault concerns one office only."""
    return error.code in _OF_THE_OFFICE
