"""What the e-file asks of its host, so that it needs nothing from the hub.

The protocols are structural: any database, store or clock with these methods fits.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

from efile.errors import FilingError
from efile.kinds.catalog import FileKinds
from efile.model import Akte, LargeFile

Row = dict[str, Any]
T = TypeVar("T")
Passing = Callable[[str], None]
"""Told the name of a step between two durable acts."""
Dialect = Literal["sqlite", "postgresql"]
"""The two ways SQL is spoken here."""
Ahead = Literal["filed", "opened", "never"]
"""When something is made ahead: once its document is filed, when somebody opens it, or never."""


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """An object in storage."""

    key: str
    size: int


@dataclass(frozen=True, slots=True)
class ObjectVersion:
    """A version of an object, or the marker that hides it."""

    key: str
    version_id: str
    size: int
    is_latest: bool
    is_delete_marker: bool


class Clock(Protocol):
    """Time, handed in."""

    def now_us(self) -> int:
        """Return microseconds since the epoch, UTC."""
        ...


class Transaction(Protocol):
    """What a unit of work may do. Never kept beyond the unit.

    Values are named (``:name``); a tuple stands for a list: ``id IN :ids``.
    """

    @property
    def dialect(self) -> Dialect:
        """Tell which full text engine there is."""
        ...

    def run(self, sql: str, **values: object) -> int:
        """Execute and return the number of rows changed."""
        ...

    def all(self, sql: str, **values: object) -> list[Row]:
        """Execute and return every row."""
        ...

    def one(self, sql: str, **values: object) -> Row | None:
        """Execute and return the first row, if any."""
        ...

    def many(self, sql: str, rows: Iterable[Mapping[str, object]]) -> int:
        """Execute once for each row of values, in their order; return how many rows changed."""
        ...

    def each(self, sql: str, rows: Iterable[Mapping[str, object]]) -> list[Row]:
        """Execute as :meth:`many` and return every row that was returned, in no order."""
        ...


class Database(Protocol):
    """A durable store for units of work. A unit may be run again from its start."""

    @property
    def dialect(self) -> Dialect:
        """Tell which migrations it needs."""
        ...

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Run the unit in one transaction and return its result once it is durable."""
        ...

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """Run the unit on a consistent state without the right to change anything."""
        ...


class Signing(Protocol):
    """The host's signing keys (Ed25519), handed in: heads of the log are signed with them."""

    async def sign(self, statement: bytes) -> tuple[bytes, bytes]:
        """Return the public key in use (32 bytes) and the signature."""
        ...

    async def public_keys(self) -> Sequence[bytes]:
        """Return every public key that was ever in use, oldest first."""
        ...

    def is_signed(self, public: bytes, statement: bytes, signature: bytes) -> bool:
        """Tell whether the signature holds."""
        ...


class Stamping(Protocol):
    """A time stamp authority (RFC 3161), handed in: it says when a head was there already."""

    async def stamp(
        self, statement: bytes, algorithm: Literal["sha256", "sha512"] = "sha256"
    ) -> bytes:
        """Return the authority's response over the statement, proven.

        Raises:
            StorageUnavailable: the authority does not answer, or what it answers proves nothing.
        """
        ...

    def time_of(self, stamp: bytes, statement: bytes) -> int | None:
        """Return when the stamp was made, in microseconds; None if it does not prove it."""
        ...


class ObjectStore(Protocol):
    """Immutable objects, apart per tenant.

    Keys are ASCII and are written once; nothing here overwrites. Every method raises
    ``StorageUnavailable`` when nobody is to blame and ``StorageMisconfigured`` when the
    operator must act.
    """

    async def prepare(self, tenant: str) -> None:
        """Create the tenant's place if it is missing, and see to its protection."""
        ...

    def unversioned(self) -> tuple[str, ...]:
        """Return the tenants whose place could keep versions but does not; after ``prepare``."""
        ...

    async def put_once(
        self, tenant: str, key: str, data: bytes | LargeFile, *, by_content: bool = False
    ) -> None:
        """Write the object and read it back; the same bytes again change nothing.

        A large file is sent and read back in pieces and never held as a whole.
        ``by_content`` says that the key follows from the bytes, so that nobody ever writes
        other bytes under it: then a store need not look first.

        Raises:
            Conflict: other bytes lie under the key.
            IntegrityBroken: what was read back is not what was written, or a large file is
                not what was said of it; then nothing was written.
        """
        ...

    async def get(self, tenant: str, key: str) -> bytes:
        """Return all bytes.

        Raises:
            NotFound: no such object.
        """
        ...

    async def get_all(self, tenant: str, keys: Sequence[str]) -> list[bytes | FilingError]:
        """Return for each key, in their order, all bytes or why there are none.

        They are read one after the other, with less ado between them than by :meth:`get`; who
        asks sees to it that they fit into memory together.
        """
        ...

    async def get_range(self, tenant: str, key: str, start: int, length: int) -> bytes:
        """Return ``length`` bytes from ``start`` (fewer at the end).

        Raises:
            NotFound: no such object.
        """
        ...

    async def head(self, tenant: str, key: str) -> ObjectInfo:
        """Return key and size.

        Raises:
            NotFound: no such object.
        """
        ...

    def pages(self, tenant: str, prefix: str) -> AsyncIterator[list[ObjectInfo]]:
        """Yield every object whose key starts with ``prefix``, page by page, by key."""
        ...

    async def versions(self, tenant: str, prefix: str) -> list[ObjectVersion]:
        """Return every version and delete marker; one per object without versioning."""
        ...

    async def delete(self, tenant: str, key: str) -> None:
        """Remove the object; an absent one is fine. Only probes and disposal may call it."""
        ...

    async def destroy(self, tenant: str, key: str) -> int:
        """Remove the object with every version; return how many versions storage keeps.

        An absent object is fine. Only disposal, who replaces a wrapped key, and who takes away
        what can be made again may call it.
        """
        ...

    async def close(self) -> None:
        """Release connections and threads."""
        ...


class Beside(Protocol):
    """What the host keeps beside files, in the same database."""

    def open_work(self, tx: Transaction, akte: Akte) -> Sequence[str]:
        """Return what is still to be done on a file, German sentences."""
        ...

    def forget(self, tx: Transaction, tenant: str, akte: str, aktenzeichen: str) -> None:
        """Take out what is kept beside a file that is destroyed in this unit of work."""
        ...

    def forget_document(self, tx: Transaction, tenant: str, akte: str, document: str) -> None:
        """Take out what is kept beside a document that is taken out of its file."""
        ...

    def certified(self, tx: Transaction, tenant: str, run: str, digest: str) -> None:
        """Take note that a run is done and has a certificate with this SHA-256."""
        ...


class NothingBeside:
    """A host that keeps nothing beside files."""

    def open_work(self, tx: Transaction, akte: Akte) -> Sequence[str]:  # noqa: ARG002  nothing is looked at
        """Return nothing."""
        return ()

    def forget(self, tx: Transaction, tenant: str, akte: str, aktenzeichen: str) -> None:
        """Nothing is there."""

    def forget_document(self, tx: Transaction, tenant: str, akte: str, document: str) -> None:
        """Nothing is there."""

    def certified(self, tx: Transaction, tenant: str, run: str, digest: str) -> None:
        """Nobody takes note."""


NOTHING_BESIDE: Beside = NothingBeside()


@dataclass(frozen=True, slots=True)
class Host:
    """What a host may hand in beside what the e-file cannot do without."""

    passing: Passing = lambda _: None
    """Told the name of each step between two durable acts."""
    kinds: FileKinds | None = None
    """File kinds; those that come with the program where there are none."""
    signing: Signing | None = None
    """Without it heads of the log are neither signed nor believed."""
    stamping: Stamping | None = None
    """Without it no head gets a time stamp."""
    beside: Beside = NOTHING_BESIDE
    """Tells what is open on a file, and forgets what it keeps beside one that is destroyed."""
    first_pages: Ahead = "filed"
    """When pictures of first pages are made."""
    scratch: Path | None = None
    """Folder for what recovery does not hold in memory; the system's where there is none."""
