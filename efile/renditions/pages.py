"""Pages as images and as text, made from foreign bytes by a limited child process.

Results are kept in memory for a while, by digest: the bytes under a digest never change.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Protocol

from efile.capture.content import plain_mime
from efile.errors import NotDisplayable, NotFound
from efile.isolation.pool import LimitedPool
from efile.model import Document, DocumentPart, PageImage, PageText, Readable, Table, Word
from efile.renditions.readable import READABLE

WORKER = "efile.renditions.drawing"
"""Module whose ``JOBS`` the limited child serves."""
_KINDS = {
    "application/pdf": "pdf",
    "image/png": "image",
    "image/jpeg": "image",
    "image/tiff": "image",
}
_CACHE_BYTES = 64 * 1024 * 1024
FIRST_WIDTH = 928
"""Pixels of the picture of a first page: as wide as the view in the browser shows pages."""
_MAX_WIDTH = 2400
"""Pixels: A4 at 290 dpi; more helps nobody on a screen."""


class Drawable(Protocol):
    """Bytes of which it is known what they are said to be."""

    @property
    def sha256(self) -> str:
        """Digest of the bytes."""
        ...

    @property
    def mime(self) -> str:
        """What they are said to be."""
        ...


@dataclass(frozen=True, slots=True)
class Loose:
    """What is drawn without being filed."""

    sha256: str
    mime: str


class PageRoom:
    """Draws and reads pages, and remembers the latest ones."""

    def __init__(self, drawers: LimitedPool, cache_bytes: int = _CACHE_BYTES) -> None:
        self._drawers = drawers
        self._cache_bytes = cache_bytes
        self._kept: OrderedDict[tuple[Any, ...], tuple[dict[str, Any], bytes]] = OrderedDict()
        self._kept_bytes = 0

    async def count(self, part: Drawable, data: bytes) -> int:
        """Return the number of pages.

        Raises:
            NotDisplayable: the part has no pages or cannot be read.
        """
        answer, _ = await self._ask("count", {}, part, data)
        return int(answer["pages"])

    async def image(self, part: Drawable, data: bytes, page: int, width: int) -> PageImage:
        """Return page ``page`` (from 1) as PNG, ``width`` pixels wide.

        Raises:
            NotFound: no such page.
            NotDisplayable: the part has no pages or cannot be read.
        """
        params = {"page": page, "width": max(50, min(width, _MAX_WIDTH))}
        answer, png = await self._ask("image", params, part, data)
        return PageImage(page, answer["pages"], answer["width"], answer["height"], png)

    async def first(self, part: Drawable, data: bytes) -> bytes:
        """Return the first page as WebP, as large as it is shown, in few bytes.

        Raises:
            NotDisplayable: the part has no pages or cannot be read.
        """
        _, webp = await self._ask("first", {"width": FIRST_WIDTH}, part, data)
        return webp

    async def text(self, part: Drawable, data: bytes, page: int) -> PageText:
        """Return the text of page ``page`` (from 1) and where its words stand.

        Raises:
            NotFound: no such page.
            NotDisplayable: the part has no pages or cannot be read.
        """
        answer, body = await self._ask("text", {"page": page}, part, data)
        words = tuple(Word(*word) for word in answer["words"])
        return PageText(page, answer["pages"], body.decode(), words)

    async def readable(self, part: Drawable, data: bytes) -> Readable:
        """Return what the part says, laid out plainly.

        Raises:
            NotDisplayable: it has no such view or cannot be read.
        """
        if not is_readable(part):
            raise not_pages(part)
        answer, _ = await self._ask("readable", {}, part, data)
        return Readable(
            tuple((label, value) for label, value in answer["head"]),
            tuple(answer["paragraphs"]),
            tuple(Table(one["name"], tuple(map(tuple, one["rows"]))) for one in answer["tables"]),
            answer["cut"],
        )

    async def _ask(
        self, job: str, params: dict[str, Any], part: Drawable, data: bytes
    ) -> tuple[dict[str, Any], bytes]:
        kind = plain_mime(part.mime) if job == "readable" else kind_of(part)
        if kind is None:
            raise not_pages(part)
        name = (part.sha256, kind, job, *sorted(params.items()))
        if name in self._kept:
            self._kept.move_to_end(name)
            return self._kept[name]
        try:
            answer = await self._drawers.run(job, {"kind": kind, **params}, data)
        except NotDisplayable as exc:
            if exc.code == "page_missing":
                raise NotFound("page_missing", "Diese Seite gibt es nicht.") from exc
            raise
        self._keep(name, answer)
        return answer

    def _keep(self, name: tuple[Any, ...], answer: tuple[dict[str, Any], bytes]) -> None:
        if name not in self._kept:
            self._kept[name] = answer
            self._kept_bytes += _weight(answer)
        while self._kept_bytes > self._cache_bytes:
            _, oldest = self._kept.popitem(last=False)
            self._kept_bytes -= _weight(oldest)


def kind_of(part: Drawable) -> str | None:
    """Return how the part is drawn, or None if it has no pages."""
    return _KINDS.get(plain_mime(part.mime))


def is_readable(part: Drawable) -> bool:
    """Say whether the words of the part can be laid out plainly."""
    return plain_mime(part.mime) in READABLE


def shown_part(document: Document) -> DocumentPart:
    """Return the part people look at first: one with pages, else the leading one.

    What hung on a mail is not what was sent: people see the mail first.
    """
    own = [part for part in document.parts if part.parent is None]
    return next((part for part in own if kind_of(part)), document.parts[0])


def not_pages(part: Drawable) -> NotDisplayable:
    """The part is nothing that has pages."""
    return NotDisplayable(
        "no_pages",
        "Dieses Dokument hat keine Seitenansicht.",
        remedy="Als Formular oder Text ansehen oder das Original herunterladen.",
        place=part.mime,
    )


def _weight(answer: tuple[dict[str, Any], bytes]) -> int:
    """Roughly the memory an answer takes: a word with its box costs about 400 bytes."""
    facts = answer[0]
    lines = len(facts.get("words", ())) + len(facts.get("paragraphs", ()))
    cells = sum(len(row) for table in facts.get("tables", ()) for row in table["rows"])
    return len(answer[1]) + 400 * lines + 100 * cells + 1000
