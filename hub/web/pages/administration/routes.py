"""Addresses of administration with their rights."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from hub.web import policy
from hub.web.pages.administration import accounts, house, storage
from hub.web.policy import Policy, Route


def _seeing(action: str, object_kind: str = "house") -> Policy:
    """No social data: figures, settings and rights."""
    return Policy(
        action=action, object_kind=object_kind, purpose="Verwaltung",
        roles=policy.ADMINISTRATORS,
    )  # fmt: skip


def _changing(action: str) -> Policy:
    """What somebody else may do: only for somebody who has just proved who they are."""
    return replace(_seeing(action, "kept_account"), csrf=True, fresh=True)


_ACCOUNT: Final = f"{accounts.PATH}/{{kept_account}}"
_STORAGE: Final = f"{storage.PATH}/{{office}}"

ROUTES: Final = (
    Route("GET", "/verwaltung", "administration", house.overview, _seeing("house_viewed")),
    Route("GET", "/verwaltung/aemter", "offices", house.offices, _seeing("offices_viewed")),
    Route("GET", "/verwaltung/rechte", "rights", house.rights, _seeing("rights_viewed")),
    Route("GET", "/verwaltung/aktenarten", "kinds", house.kinds, _seeing("kinds_viewed")),
    Route("GET", accounts.PATH, "accounts", accounts.listed, _seeing("accounts_listed")),
    Route(
        "GET", _ACCOUNT, "account", accounts.show,
        replace(_seeing("account_viewed", "kept_account"), fresh=True),
    ),
    Route(
        "POST", f"{_ACCOUNT}/rollen", "account-roles", accounts.give_roles,
        _changing("account_roles_set"),
    ),
    Route(
        "POST", f"{_ACCOUNT}/sperren", "account-lock", accounts.lock,
        _changing("account_locked"),
    ),
    Route(
        "POST", f"{_ACCOUNT}/freigeben", "account-unlock", accounts.unlock,
        _changing("account_unlocked"),
    ),
    Route(
        "POST", f"{_ACCOUNT}/zweiter-faktor", "account-factor", accounts.reset_factor,
        _changing("account_factor_reset"),
    ),
    Route("GET", storage.PATH, "storages", storage.listed, _seeing("storages_listed")),
    Route("GET", _STORAGE, "storage", storage.show, _seeing("storage_viewed", "office")),
    Route(
        "POST", f"{_STORAGE}/laeufe", "upkeep-begin", storage.begin,
        replace(_seeing("upkeep_wanted", "office"), csrf=True),
    ),
)  # fmt: skip
