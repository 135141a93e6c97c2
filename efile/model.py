"""The nouns of the e-file: what is handed in, what lies there, what is reported.

Times are microseconds since the epoch, UTC, and always come from the request.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from efile.kinds.catalog import FIRST_KIND
from efile.kinds.statement import Statement
from efile.kinds.subfiles import Subfile, told

Role = Literal["original", "rendition", "message", "attachment"]
Direction = Literal["in", "out", "internal"]
TextState = Literal["extracted", "none", "failed"]


HELD_BYTES = 8 * 1024 * 1024
"""What is larger is read in pieces and never held as a whole."""


@dataclass(frozen=True, slots=True)
class LargeFile:
    """Bytes too many to be held: a file that stays as it is while it is filed."""

    path: Path
    sha256: str
    """What whoever wrote it says of it; nothing else is ever stored under this name."""
    size: int


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a document, as handed in."""

    role: Role
    """``original`` as received, ``rendition`` made from it, ``message`` the carrier,
    ``attachment`` what hung on another part."""
    name: str
    """File name for people; never part of a key."""
    mime: str
    """What is said of the bytes; once looked at, what they are."""
    data: bytes | LargeFile
    remark: str = ""
    """What people must know of the bytes: locked, broken, active, not what was said."""
    parent: int | None = None
    """Position of the part this one hung on."""

    @property
    def size(self) -> int:
        """Bytes, wherever they lie."""
        return self.data.size if isinstance(self.data, LargeFile) else len(self.data)


@dataclass(frozen=True, slots=True)
class FilingRequest:
    """Everything the file needs to know to file one document."""

    tenant: str
    aktenzeichen: str
    akte_title: str
    aktenplan: str
    """Class in the Aktenplan, e.g. ``51.3 Unterhaltsvorschuss``; empty: that of the kind."""
    vorgang: str
    title: str
    doc_type: str
    document_key: str
    """Idempotency key, unique per tenant: the same document has the same key for ever."""
    source_id: str
    """Message this document came with."""
    direction: Direction
    received_at_us: int
    filed_at_us: int
    actor: str
    parts: tuple[Part, ...]
    packable: bool = False
    """A message between machines: if it is small and structured, it may share an object."""
    kind: str = FIRST_KIND
    """Kind of the file; every document of a file names the same."""
    retention: Statement | None = None
    """What the document says of how long its file is kept."""
    subfile: str = ""
    """Part of the file (*Teilakte*) its matter belongs to; empty: the one the kind names for it."""


@dataclass(frozen=True, slots=True)
class DocumentPart:
    """One file of a filed document."""

    position: int
    role: Role
    name: str
    mime: str
    sha256: str
    size: int
    object_key: str
    """Object that holds the bytes: one of their own, or a pack."""
    start: int = 0
    """Where they begin in a pack; 0 in an object of their own."""
    remark: str = ""
    """What people must know of the bytes."""
    parent: int | None = None
    """Position of the part this one hung on and was taken off when it was filed."""

    @property
    def packed(self) -> bool:
        """Whether the bytes share their object with other documents."""
        return self.start > 0

    @property
    def place(self) -> str:
        """Where the bytes lie, for people."""
        return f"{self.object_key}#{self.start}" if self.packed else self.object_key


@dataclass(frozen=True, slots=True)
class Akte:
    """A case file."""

    tenant: str
    id: str
    aktenzeichen: str
    title: str
    aktenplan: str
    opened_at_us: int
    changed_at_us: int
    """When the latest document was filed."""
    documents: int
    kind: str
    """File kind: who may see it and how long it is kept depend on it."""


@dataclass(frozen=True, slots=True)
class Vorgang:
    """A matter within a file."""

    id: str
    akte_id: str
    title: str
    opened_at_us: int
    subfile: Subfile | None = None
    """Part of the file it belongs to; none: to the file itself."""


@dataclass(frozen=True, slots=True)
class Document:
    """A filed document with all its parts, exactly as its manifest says."""

    tenant: str
    id: str
    version: int
    akte_id: str
    aktenzeichen: str
    akte_title: str
    """Title of the file when this document was filed."""
    aktenplan: str
    vorgang_id: str
    vorgang: str
    title: str
    doc_type: str
    document_key: str
    source_id: str
    direction: Direction
    received_at_us: int
    filed_at_us: int
    actor: str
    kind: str
    """Kind of the file."""
    retention: str
    """Statement on how long the file is kept, as JSON; empty for most documents."""
    subfile: str
    """Part of the file, where it was said at filing; empty for most documents."""
    leaf: str
    """SHA-256(0x00 ‖ manifest), hex: leaf of the proof."""
    parts: tuple[DocumentPart, ...]

    @property
    def sha256(self) -> str:
        """Digest of the leading part."""
        return self.parts[0].sha256

    @property
    def size(self) -> int:
        """Bytes of the leading part."""
        return self.parts[0].size

    @property
    def packed(self) -> bool:
        """Whether the document lies in a pack, manifest and all."""
        return self.parts[0].packed

    def same_filing(self, other: Document) -> bool:
        """Whether both are the same bytes in the same file, wherever they lie."""
        return self.akte_id == other.akte_id and self._contents() == other._contents()

    def _contents(self) -> list[tuple[object, ...]]:
        """What was handed in: types and attachments were found out from its bytes."""
        handed_in = (part for part in self.parts if part.parent is None)
        return [(p.position, p.role, p.name, p.sha256, p.size) for p in handed_in]


@dataclass(frozen=True, slots=True)
class AkteView:
    """A file with its matters and documents, oldest first."""

    akte: Akte
    vorgaenge: tuple[Vorgang, ...]
    documents: tuple[Document, ...]

    def by_subfile(self, subfiles: Sequence[Subfile]) -> AkteView:
        """Return the same with each matter told its part of the file, in the order of parts."""
        said = {one.vorgang_id: one.subfile for one in self.documents}
        matters = told(self.vorgaenge, subfiles, lambda one: said.get(one.id, ""))
        return replace(self, vorgaenge=matters)


@dataclass(frozen=True, slots=True)
class FiledDocument:
    """The acknowledgement: this lies in storage, proven, and can be found."""

    id: str
    akte_id: str
    version: int
    sha256: str
    size: int


ReasonKind = Literal[
    "", "form", "spelling", "piece", "beginning", "date", "iban", "number", "identifier"
]
"""How a find differs from what was asked; empty: not at all."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a document was found."""

    kind: ReasonKind
    """Another form of the word, written otherwise, a piece of a compound, its beginning, or an
    exact value."""
    asked: str
    found: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A search result."""

    kind: Literal["akte", "document"]
    akte_id: str
    aktenzeichen: str
    akte_title: str
    document_id: str | None
    title: str
    filed_at_us: int
    excerpt: str
    """Text around the first find, empty for files."""
    marks: tuple[tuple[int, int], ...]
    """Found words as (start, end) in ``excerpt``."""
    reasons: tuple[Reason, ...] = ()
    """What is not written as it was asked for, and exact values."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in storage or index that is not as filed."""

    what: str
    """Stable word, e.g. ``digest_mismatch``."""
    where: str
    """Full object key or document id."""
    message: str
    """German sentence."""
    plan: str
    """What to do about it, German."""


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """Result of reading every object again."""

    tenant: str
    checked_at_us: int
    objects: int
    bytes: int
    faults: tuple[Fault, ...]

    @property
    def intact(self) -> bool:
        """Whether everything is as filed."""
        return not self.faults


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """Result of building the index from storage alone."""

    tenant: str
    rebuilt_at_us: int
    akten: int
    documents: int
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class ReconcileReport:
    """Result of comparing storage with the index."""

    tenant: str
    checked_at_us: int
    replayed: int
    """Documents whose manifest lay in storage and that were entered into the index now."""
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Capability:
    """What a storage was seen to do, in words for the operator."""

    name: str
    """Stable word, e.g. ``object_lock``."""
    proven: bool
    required: bool
    note: str
    """German sentence."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word on a page; all measures are fractions of the page, from the top left."""

    text: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PageText:
    """The text of a page in reading order, and where each word stands."""

    page: int
    pages: int
    text: str
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class PageImage:
    """A drawn page."""

    page: int
    pages: int
    width: int
    height: int
    png: bytes


@dataclass(frozen=True, slots=True)
class Table:
    """A table of texts; every row has as many cells."""

    name: str
    """Name of the sheet, empty where there is none."""
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Readable:
    """The words of a mail, a text, a table or a Word document."""

    head: tuple[tuple[str, str], ...]
    """Label and value of each line of a mail's head."""
    paragraphs: tuple[str, ...]
    tables: tuple[Table, ...]
    cut: bool
    """Whether the original says more."""


@dataclass(frozen=True, slots=True)
class FormNode:
    """A field of a structured document: a value, or fields within it."""

    label: str
    value: str
    children: tuple[FormNode, ...]
