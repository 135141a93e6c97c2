"""Second factors as forms say them and show them."""

from __future__ import annotations

from collections.abc import Mapping

from hub.store.accounts import Account, totp
from hub.web.pages.entry.qr import Drawing, drawn


def said(form: Mapping[str, object]) -> str:
    """Return the code of a form: the one of the app, or a recovery code."""
    return str(form.get("code") or form.get("notfallcode") or "")[:100]


def offered(secret: bytes, account: Account) -> dict[str, Drawing | tuple[str, ...] | str]:
    """Return a new secret as a page shows it: to be scanned, to be typed, to be tapped."""
    address = totp.address(secret, account.login)
    return {"qr": drawn(address), "groups": totp.spelled(secret), "issuer": totp.ISSUER}
