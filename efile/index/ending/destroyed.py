"""Files and documents that are gone: rows that keep them from coming back.

A row is a copy of a tombstone. It is entered in the unit of work that takes the rows of the
file out, so that a file is there or destroyed and never something between; while it is marked,
storage is still to be cleared.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields

from efile.errors import Conflict
from efile.index import log
from efile.index.keys import File
from efile.model import Document
from efile.ports import Transaction

MARKED, DONE = "marked", "done"
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Destroyed:
    """A file or document that is gone, or going."""

    tenant: str
    akte_id: str
    document_id: str
    """Empty: the whole file."""
    run: str
    tombstone: str
    leaf: str
    work: str
    state: str
    kept: int
    marked_at_us: int
    again_at_us: int
    done_at_us: int | None = None
    fault: str = ""
    """Code of what hinders clearing."""

    @property
    def settled(self) -> bool:
        """Whether nothing of it is left to be cleared."""
        return self.state == DONE


_COLUMNS = tuple(field.name for field in fields(Destroyed))
_INSERT = (
    f"INSERT INTO efile_destroyed ({', '.join(_COLUMNS)})"  # noqa: S608  column names of our own type
    f" VALUES ({', '.join(':' + name for name in _COLUMNS)})"
)


def enter(tx: Transaction, row: Destroyed) -> None:
    """Enter what is destroyed and put its tombstone at the end of the log."""
    tx.run(_INSERT, **asdict(row))
    log.append_leaves(tx, row.tenant, log.size(tx, row.tenant), [row.leaf])


def restore(tx: Transaction, row: Destroyed) -> None:
    """Enter what storage has a tombstone of; :func:`enter_unlogged` must follow."""
    tx.run(f"{_INSERT} ON CONFLICT DO NOTHING", **asdict(row))


def enter_unlogged(tx: Transaction, tenant: str) -> int:
    """Put tombstones the log does not know at its end; return how many."""
    log.take_turns(tx, [tenant])
    rows = tx.all(
        "SELECT leaf FROM efile_destroyed d WHERE tenant = :tenant AND NOT EXISTS (SELECT 1"
        " FROM efile_log l WHERE l.tenant = d.tenant AND l.leaf = d.leaf)"
        " ORDER BY marked_at_us, akte_id, document_id",
        tenant=tenant,
    )
    log.append_leaves(tx, tenant, log.size(tx, tenant), [row["leaf"] for row in rows])
    return len(rows)


def find(tx: Transaction, tenant: str, akte: str, document: str = "") -> Destroyed | None:
    """Return what is known of a file that is gone, or of one document."""
    row = tx.one(
        "SELECT * FROM efile_destroyed WHERE tenant = :tenant AND akte_id = :akte"
        " AND document_id = :document",
        tenant=tenant, akte=akte, document=document,
    )  # fmt: skip
    return Destroyed(**row) if row else None


def of_tenant(tx: Transaction, tenant: str) -> list[Destroyed]:
    """Return everything of an office that is gone or going."""
    rows = tx.all("SELECT * FROM efile_destroyed WHERE tenant = :tenant", tenant=tenant)
    return [Destroyed(**row) for row in rows]


def last_taken_out(tx: Transaction, tenant: str) -> int:
    """Return when the last document was taken out of its file and cleared away; 0 if never."""
    row = tx.one(
        "SELECT max(done_at_us) AS at_us FROM efile_destroyed"
        " WHERE tenant = :tenant AND document_id <> ''",
        tenant=tenant,
    )
    return int(row["at_us"] or 0) if row else 0


def of_file(tx: Transaction, tenant: str, akte: str) -> list[Destroyed]:
    """Return the documents that were taken out of a file, the latest first."""
    rows = tx.all(
        "SELECT * FROM efile_destroyed WHERE tenant = :tenant AND akte_id = :akte"
        " AND document_id <> '' ORDER BY marked_at_us DESC, document_id",
        tenant=tenant, akte=akte,
    )  # fmt: skip
    return [Destroyed(**row) for row in rows]


def of_run(tx: Transaction, tenant: str, run: str) -> list[Destroyed]:
    """Return what a run destroyed."""
    rows = tx.all(
        "SELECT * FROM efile_destroyed WHERE tenant = :tenant AND run = :run"
        " ORDER BY akte_id, document_id",
        tenant=tenant, run=run,
    )  # fmt: skip
    return [Destroyed(**row) for row in rows]


def next_marked(tx: Transaction, now_us: int) -> Destroyed | None:
    """Return something that is still to be cleared; clearing it twice at once does no harm."""
    row = tx.one(
        "SELECT * FROM efile_destroyed WHERE state = 'marked' AND again_at_us <= :now"
        " ORDER BY again_at_us, akte_id, document_id LIMIT 1",
        now=now_us,
    )
    return Destroyed(**row) if row else None


def put_off(tx: Transaction, row: Destroyed, until_us: int, fault: str) -> None:
    """Let it be tried again from then on, because of this fault."""
    tx.run(
        "UPDATE efile_destroyed SET again_at_us = :until, fault = :fault WHERE tenant = :tenant"
        " AND akte_id = :akte AND document_id = :document",
        until=until_us, fault=fault, tenant=row.tenant, akte=row.akte_id,
        document=row.document_id,
    )  # fmt: skip


def settle(tx: Transaction, row: Destroyed, kept: int, now_us: int) -> None:
    """Nothing of it can be read any more; so many unreadable versions storage keeps."""
    tx.run(
        "UPDATE efile_destroyed SET state = 'done', work = '', fault = '', kept = :kept,"
        " done_at_us = :now WHERE tenant = :tenant AND akte_id = :akte AND document_id = :document",
        kept=kept, now=now_us, tenant=row.tenant, akte=row.akte_id, document=row.document_id,
    )  # fmt: skip


def reopen(tx: Transaction, row: Destroyed, work: str) -> None:
    """Have it cleared once more: something of it was found."""
    tx.run(
        "UPDATE efile_destroyed SET state = 'marked', work = :work, again_at_us = 0"
        " WHERE tenant = :tenant AND akte_id = :akte AND document_id = :document",
        work=work, tenant=row.tenant, akte=row.akte_id, document=row.document_id,
    )  # fmt: skip


def files_among(tx: Transaction, files: Iterable[File]) -> set[File]:
    """Return those of the files that are gone, whole."""
    return {
        (tenant, akte)
        for tenant, akten in _by_tenant(files).items()
        for akte, document in _among(tx, tenant, akten)
        if not document
    }


def refused(tx: Transaction, documents: Sequence[Document]) -> dict[tuple[str, str], Conflict]:
    """Return why documents cannot be filed any more, by tenant and identifier."""
    files = _by_tenant((each.tenant, each.akte_id) for each in documents)
    gone = {
        (tenant, *place) for tenant, akten in files.items() for place in _among(tx, tenant, akten)
    }
    found: dict[tuple[str, str], Conflict] = {}
    for each in documents if gone else ():
        if (each.tenant, each.akte_id, "") in gone:
            found[each.tenant, each.id] = file_destroyed(each.akte_id)
        elif (each.tenant, each.akte_id, each.id) in gone:
            found[each.tenant, each.id] = document_moved(each.id)
    return found


def _by_tenant(files: Iterable[File]) -> dict[str, list[str]]:
    found: dict[str, dict[str, None]] = {}
    for tenant, akte in files:
        found.setdefault(tenant, {})[akte] = None
    return {tenant: list(akten) for tenant, akten in found.items()}


def _among(tx: Transaction, tenant: str, akten: Sequence[str]) -> list[tuple[str, str]]:
    found = []
    for start in range(0, len(akten), _AT_ONCE):
        rows = tx.all(
            "SELECT akte_id, document_id FROM efile_destroyed"
            " WHERE tenant = :tenant AND akte_id IN :akten",
            tenant=tenant,
            akten=tuple(akten[start : start + _AT_ONCE]),
        )
        found += [(row["akte_id"], row["document_id"]) for row in rows]
    return found


def file_destroyed(akte: str) -> Conflict:
    """The Aktenzeichen belongs to a file that is gone."""
    return Conflict(
        "akte_destroyed",
        "Die Akte mit diesem Aktenzeichen ist vernichtet; unter ihm wird nichts mehr abgelegt.",
        remedy="Klären, warum zu einem abgeschlossenen Fall noch etwas kommt; was aufzubewahren"
        " ist, in eine neue Akte mit eigenem Aktenzeichen ablegen.",
        place=akte,
    )


def document_moved(document: str) -> Conflict:
    """The document was taken out of this file as misfiled."""
    return Conflict(
        "document_moved",
        "Dieses Dokument wurde als Fehlablage aus dieser Akte genommen.",
        remedy="In der richtigen Akte nachsehen; hier wird es nicht noch einmal abgelegt.",
        place=document,
    )
