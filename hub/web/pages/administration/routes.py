"""Addresses of administration with their rights."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from hub.web import policy
from hub.web.pages.administration import (
    accounts,
    competence,
    house,
    joining,
    kept,
    legibility,
    storage,
    units,
)
from hub.web.policy import Policy, Route


def _seeing(action: str, object_kind: str = "house") -> Policy:
    """No social data: figures, settings and rights."""
    return Policy(
        action=action, object_kind=object_kind, purpose="Verwaltung",
        roles=policy.ADMINISTRATORS,
    )  # fmt: skip


def _documents(action: str) -> Policy:
    """Documents of one office, by Aktenzeichen, for its own administration."""
    return replace(_seeing(action, "office"), office_only=True)


def _changing(action: str) -> Policy:
    """What somebody else may do: only for somebody who has just proved who they are."""
    return replace(_seeing(action, "kept_account"), csrf=True, fresh=True)


_ACCOUNT: Final = f"{kept.PATH}/{{kept_account}}"
_UNITS: Final = f"{units.PATH}/{{office}}"
_UNIT: Final = f"{_UNITS}/{{unit}}"
_LEGIBILITY: Final = f"{legibility.PATH}/{{office}}"
_STORAGE: Final = f"{storage.PATH}/{{office}}"

ROUTES: Final = (
    Route("GET", "/verwaltung", "administration", house.overview, _seeing("house_viewed")),
    Route("GET", "/verwaltung/aemter", "offices", house.offices, _seeing("offices_viewed")),
    Route("GET", "/verwaltung/rechte", "rights", house.rights, _seeing("rights_viewed")),
    Route("GET", "/verwaltung/aktenarten", "kinds", house.kinds, _seeing("kinds_viewed")),
    Route("GET", kept.PATH, "accounts", accounts.listed, _seeing("accounts_listed")),
    Route(
        "GET", f"{kept.PATH}/neu", "account-form", joining.form,
        replace(_seeing("account_prepared", "kept_account"), fresh=True),
    ),
    Route(
        "POST", f"{kept.PATH}/neu", "account-create", joining.create,
        _changing("account_created"),
    ),
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
        "POST", f"{_ACCOUNT}/einmalpasswort", "account-password", joining.issue,
        _changing("account_password_issued"),
    ),
    Route(
        "POST", f"{_ACCOUNT}/mauern", "account-walls", competence.let_behind,
        _changing("account_walls_set"),
    ),
    Route(
        "POST", f"{_ACCOUNT}/sachgebiete", "account-units", competence.join,
        _changing("account_units_set"),
    ),
    Route(
        "POST", f"{_ACCOUNT}/vertretung", "account-deputy", competence.stand_in,
        _changing("account_deputy_set"),
    ),
    Route(
        "POST", f"{_ACCOUNT}/vertretung/ende", "account-deputy-end", competence.stand_back,
        _changing("account_deputy_ended"),
    ),
    Route(
        "POST", f"{_ACCOUNT}/zweiter-faktor", "account-factor", accounts.reset_factor,
        _changing("account_factor_reset"),
    ),
    Route("GET", units.PATH, "unit-offices", units.offices, _seeing("units_listed")),
    Route("GET", _UNITS, "units", units.listed, _seeing("units_listed", "office")),
    Route(
        "POST", _UNITS, "unit-create", units.create,
        replace(_seeing("unit_created", "unit"), csrf=True),
    ),
    Route("GET", _UNIT, "unit", units.show, replace(_seeing("unit_viewed", "unit"), fresh=True)),
    Route(
        "POST", f"{_UNIT}/name", "unit-rename", units.rename,
        replace(_seeing("unit_renamed", "unit"), csrf=True),
    ),
    Route(
        "POST", f"{_UNIT}/schliessen", "unit-close", units.close,
        replace(_changing("unit_closed"), object_kind="unit"),
    ),
    Route(
        "GET", legibility.PATH, "legibility-offices", legibility.offices,
        _seeing("legibility_viewed"),
    ),
    Route(
        "GET", _LEGIBILITY, "legibility", legibility.show,
        _seeing("legibility_viewed", "office"),
    ),
    Route(
        "GET", f"{_LEGIBILITY}/gefaehrdet", "legibility-at-risk", legibility.at_risk,
        _documents("endangered_listed"),
    ),
    Route(
        "GET", f"{_LEGIBILITY}/fehlt", "legibility-lacking", legibility.lacking,
        _documents("illegible_listed"),
    ),
    Route(
        "POST", f"{_LEGIBILITY}/erneut", "legibility-again", legibility.try_again,
        replace(_seeing("illegible_tried_again", "office"), csrf=True),
    ),
    Route("GET", storage.PATH, "storages", storage.listed, _seeing("storages_listed")),
    Route("GET", _STORAGE, "storage", storage.show, _seeing("storage_viewed", "office")),
    Route(
        "POST", f"{_STORAGE}/laeufe", "upkeep-begin", storage.begin,
        replace(_seeing("upkeep_wanted", "office"), csrf=True),
    ),
)  # fmt: skip
