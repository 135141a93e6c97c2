"""Templates: autoescaped, strict about missing names, without a line of inline script or style."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from itertools import groupby
from typing import Final, TypeVar

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from efile import Document, Matter, Subfile, Vorgang
from hub.core.clock import local_datetime
from hub.core.money import format_german
from hub.pipeline.alarms.queues import in_words
from hub.web.presentation import desk, words
from hub.web.presentation.actions import ACTIONS
from hub.web.presentation.alarms import banner
from hub.web.presentation.menu import menu_for
from hub.web.presentation.reading import paragraphs
from hub.web.visit import KEYS_COOKIE, visit_of

STATIC: Final = resources.files("hub.web") / "static"


@cache
def static_files() -> Mapping[str, bytes]:
    """Return every stylesheet, script and picture the pages may load."""
    return {file.name: file.read_bytes() for file in STATIC.iterdir() if file.is_file()}


@cache
def fingerprint(name: str) -> str:
    """Return a word that changes with the file, so that browsers may keep it for ever."""
    return hashlib.sha256(static_files()[name]).hexdigest()[:12]


@cache
def environment() -> Environment:
    """Return the template environment of the staff pages."""
    built = Environment(
        loader=PackageLoader("hub.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    built.filters.update(
        queue=in_words, day=_day, moment=_moment, iso=_iso, clock=_time, size=size, number=number,
        paragraphs=paragraphs, by_subfile=_by_subfile,
        euro=lambda cents: f"{format_german(cents)} €",
    )  # fmt: skip
    built.globals.update(
        static=lambda name: f"/static/{name}?v={fingerprint(name)}",
        words=words,
        actions=ACTIONS,
        desk=desk,
    )
    return built


def render(
    request: web.Request, template: str, *, status: int = 200, **values: object
) -> web.Response:
    """Return a page."""
    visit = visit_of(request)
    services = visit.services
    account = visit.session.account if visit.session else None
    text = (
        environment()
        .get_template(template)
        .render(
            visit=visit,
            account=account,
            office=services.office(account.tenant) if account else "",
            menu=menu_for(account),
            alarms=banner(visit.alarms),
            provider_label=services.provider.settings.label if services.provider else "",
            path=request.path,
            keys=request.cookies.get(KEYS_COOKIE) != "aus",
            **values,
        )
    )
    return web.Response(text=text, status=status, content_type="text/html")


def _day(at_us: int) -> str:
    return f"{local_datetime(at_us):%d.%m.%Y}"


def _time(at_us: int) -> str:
    return f"{local_datetime(at_us):%H:%M}"


def _moment(at_us: int) -> str:
    return f"{local_datetime(at_us):%d.%m.%Y, %H:%M} Uhr"


def _iso(at_us: int) -> str:
    return local_datetime(at_us).isoformat(timespec="seconds")


_Held = TypeVar("_Held", Matter, tuple[Vorgang, list[Document]])


def _by_subfile(matters: Iterable[_Held]) -> list[tuple[Subfile | None, list[_Held]]]:
    """Return matters, in the order of parts of their file, by part; the file's own last."""
    return [(subfile, list(held)) for subfile, held in groupby(matters, key=_subfile)]


def _subfile(one: Matter | tuple[Vorgang, list[Document]]) -> Subfile | None:
    return one[0].subfile if isinstance(one, tuple) else one.subfile


def number(value: int) -> str:
    """Return ``12.345``."""
    return f"{value:,}".replace(",", ".")


_KILO: Final = 1000


def size(size_bytes: int) -> str:
    """Return a file size with its unit, as people read it."""
    amount = float(size_bytes)
    for unit in ("Byte", "kB", "MB"):
        if amount < _KILO:
            digits = 0 if unit == "Byte" or amount >= _KILO / 10 else 1
            return f"{amount:.{digits}f}".replace(".", ",") + f" {unit}"
        amount /= _KILO
    return f"{amount:.1f}".replace(".", ",") + " GB"
