"""When to try again. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass

from hub.core.settings import Delivery


@dataclass(frozen=True, slots=True)
class RetryAt:
    """Try again, not before this time."""

    at_us: int


@dataclass(frozen=True, slots=True)
class Dead:
    """The deadline is over: a human must decide."""


def next_attempt(
    attempts: int,
    now_us: int,
    deadline_us: int,
    policy: Delivery,
    *,
    retry_after_s: float | None = None,
    chance: random.Random | None = None,
) -> RetryAt | Dead:
    """Return when a promise is tried again: doubling waits with full jitter, within bounds.

    A wait the partner asked for wins. Without ``chance`` the longest wait is taken.
    """
    ceiling = min(policy.first_retry_s * 2 ** min(attempts - 1, 20), policy.max_retry_s)
    wait_s = ceiling if chance is None else chance.uniform(0, ceiling)
    if retry_after_s is not None:
        wait_s = retry_after_s
    at_us = now_us + int(wait_s * 1_000_000)
    return Dead() if at_us > deadline_us else RetryAt(at_us)
