"""How long a sender wants to wait is read from its wish, and what is no wish is ignored."""

import pytest
from aiohttp.test_utils import make_mocked_request

from hub.web.api.fates import wish_of


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("wait=10", 10), ("respond-async, wait=5", 5), ("wait=5; strict", 5), ('wait="7"', 7),
        ("wait = 3", 3), ("wait=0", 0), ("wait=999999", 999999),
        ("", None), ("wait", None), ("wait=-1", None), ("wait=ten", None), ("await=5", None),
        ("wait=1.5", None), ("wait=9999999", None),
    ],
)  # fmt: skip
def test_a_wish_is_a_number_of_seconds(said: str, seconds: int | None) -> None:
    assert seconds == wish_of(make_mocked_request("POST", "/", {"Prefer": said}))
