"""The nouns of an inspection: who asks, what is planned, what is marked, how far it is."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import msgspec
from msgspec import Struct

from efile.inspection.spelling import Box
from efile.inspection.subjects import OFFICE, Particular, Term
from efile.integrity.digest import sha256_hex

OPEN, REDACT, KEEP = "open", "redact", "keep"
"""States of a mark: not decided, to be blackened, to be left."""
READER = "pdftotext"
"""One of the three programs that read the text of a copy."""
_SILENT_US = 120_000_000
"""Nobody works on it who says nothing for so long."""


class Asker(Struct, frozen=True, kw_only=True):
    """Who asks to see the file."""

    role: str
    """As what: one of the roles of :mod:`efile.inspection.subjects`."""
    name: str
    """As it stands on the cover."""
    capacity: str
    """For themselves, or whose representative."""


class Withheld(Struct, frozen=True, kw_only=True):
    """A document that is not shown at all."""

    ground: str
    reason: str
    """Internal; stands in the record, not on the cover."""
    by: str


class Plan(Struct, frozen=True, kw_only=True):
    """What people decided so far, apart from single marks."""

    asker: Asker
    purpose: str
    known: tuple[Particular, ...]
    """What was known of the people of the case when it began."""
    terms: tuple[Term, ...]
    documents: tuple[str, ...]
    """In the order of time."""
    pages: dict[str, int] = {}
    """Pages of each document that was looked through."""
    withheld: dict[str, Withheld] = {}
    authors: tuple[str, ...] = ()
    """Everybody who had a hand in it; none of them approves."""
    sent_back: str = ""
    """Why the second person did not approve."""

    def by(self, actor: str) -> Plan:
        """Return the plan with somebody more who had a hand in it."""
        if actor in self.authors:
            return self
        return msgspec.structs.replace(self, authors=(*self.authors, actor))

    @property
    def own(self) -> list[str]:
        """What is the asker's own or the office's, to be left out of patterns."""
        mine = [one for one in self.known if one.person in {self.asker.role, OFFICE}]
        return [
            wording.form
            for one in mine
            for wording in Term("", one.person, one.kind, one.value, "").wordings()[:1]
        ]


@dataclass(frozen=True, slots=True)
class Mark:
    """A place that is proposed, or chosen, to be redacted."""

    id: str
    document: str
    page: int
    """From 1, over all parts of the document that have pages."""
    term: str
    """Id of the term; empty: a place chosen by hand."""
    boxes: tuple[Box, ...]
    ground: str
    state: str = OPEN
    source: str = "search"
    actor: str = ""


@dataclass(frozen=True, slots=True)
class Remnant:
    """Something the proof found in the finished copy."""

    way: str
    """``pypdf``, ``pdfium``, ``pdftotext``, ``ocr``, ``raw`` or ``build``."""
    term: str
    document: str
    """Empty: the front, or the file as a whole."""
    page: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class CopyPart:
    """A finished part of a copy: a PDF with a front of its own."""

    sha256: str
    pages: int
    size: int
    """Bytes; 0: not taken down."""


@dataclass(frozen=True, slots=True)
class Report:
    """What the proof looked at, and what it found."""

    pages: int = 0
    pictured: int = 0
    """Pages that became pictures."""
    terms: int = 0
    boxes: int = 0
    proven_at_us: int = 0
    remnants: tuple[Remnant, ...] = ()
    parts: tuple[CopyPart, ...] = ()


@dataclass(frozen=True, slots=True)
class Inspection:
    """An inspection as it stands; times are microseconds since the epoch, UTC."""

    tenant: str
    id: str
    akte_id: str
    state: str
    begun_at_us: int
    changed_at_us: int
    touched_at_us: int
    total: int
    done: int
    fault: str
    plan: Plan
    report: Report = field(default_factory=Report)
    sha256: str = ""
    """Of the copy; of several parts: of their digests, so that it stands for all of them."""
    approver: str = ""
    approved_at_us: int = 0
    document_id: str = ""

    @property
    def maker(self) -> str:
        """Who began it."""
        return self.plan.authors[0]

    @property
    def parts(self) -> tuple[CopyPart, ...]:
        """The parts of the copy; one made before there were parts has one."""
        return self.report.parts or (CopyPart(self.sha256, self.report.pages, 0),)

    def numbered(self, part: int) -> str:
        """Return what the name of a part of the copy ends with; of a copy in one part nothing."""
        return f", Teil {part} von {len(self.parts)}" if len(self.parts) > 1 else ""

    def place(self, page: int) -> tuple[int, int]:
        """Return in which part a page of the whole copy stands, and which page of it that is."""
        for number, part in enumerate(self.parts, 1):
            if page <= part.pages:
                return number, page
            page -= part.pages
        return len(self.parts), page + self.parts[-1].pages

    def seen_at(self, now_us: int) -> Inspection:
        """Return it as it is to be told: work nobody goes on with has stopped."""
        if self.state in {"searching", "making"} and now_us - self.touched_at_us > _SILENT_US:
            return replace(self, fault=self.fault or "inspection_stopped")
        return self


def digest_of(parts: Sequence[CopyPart]) -> str:
    """Return the digest that stands for every part of a copy."""
    digests = [part.sha256 for part in parts]
    return digests[0] if len(digests) == 1 else sha256_hex("\n".join(digests).encode())


def mark(document: str, page: int, term: str, boxes: Sequence[Box], ground: str) -> Mark:
    """Return a mark under the name it always has, so that looking twice marks once."""
    rounded = tuple(tuple(round(edge, 4) for edge in box) for box in boxes)
    named = msgspec.json.encode([document, page, term, rounded])
    name = hashlib.sha256(named).hexdigest()[:16]
    return Mark(name, document, page, term, _boxes(rounded), ground)


def _boxes(rounded: Sequence[Sequence[float]]) -> tuple[Box, ...]:
    return tuple((a, b, c, d) for a, b, c, d in rounded)
