"""Guards of files and documents, made from what their notes say of access.

They are a copy, like the whole index: whatever order documents come in, the rows of a file are
made from all its statements in the order of their filing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from efile.index import keeping
from efile.index.access.sight import FILE, GUARDED, Sight, confidant, person, unit
from efile.index.keeping import Said
from efile.kinds.statement import BlockSet, Competence
from efile.model import Document
from efile.ports import Transaction


@dataclass(frozen=True, slots=True)
class Block:
    """A block (*Sperrvermerk*) nobody has lifted."""

    said: BlockSet
    actor: str
    at_us: int
    note: str
    """The document that says so; it is as secret as what it blocks."""


@dataclass(frozen=True, slots=True)
class Admission:
    """Who is responsible for a file, and what is blocked in it."""

    competence: Competence = field(default_factory=Competence)
    blocks: tuple[Block, ...] = ()
    """In the order they were set."""

    def guards(self) -> dict[str, frozenset[str]]:
        """Return for the file and each guarded document who is let through."""
        found: dict[str, frozenset[str]] = {}
        for block in self.blocks:
            persons = frozenset(map(confidant, block.said.persons))
            covered = (block.said.document, block.note) if block.said.document else (FILE,)
            for document in covered:
                found[document] = found.get(document, persons) & persons
        if FILE not in found and self.competence.unit:
            found[FILE] = self.responsible()
        return found

    def responsible(self) -> frozenset[str]:
        """Return unit and persons who work on the file."""
        persons = frozenset(map(person, self.competence.persons))
        return persons | ({unit(self.competence.unit)} if self.competence.unit else frozenset())


def admission_of(said: Iterable[Said]) -> Admission:
    """Sum up statements in the order of their filing: the later competence counts."""
    competence, blocks, lifted = Competence(), dict[str, Block](), set[str]()
    for one in said:
        if (access := one.statement.access) is None:
            continue
        competence = access.competence or competence
        if block := access.block:
            blocks.setdefault(block.id, Block(block, one.actor, one.at_us, one.document))
        if access.unblocked:
            lifted.add(access.unblocked.id)
    in_force = tuple(block for name, block in blocks.items() if name not in lifted)
    return Admission(competence, in_force)


def set_up(tx: Transaction, documents: Sequence[Document]) -> None:
    """Make the rows of files anew of which these documents say who may see them."""
    told: dict[str, set[str]] = defaultdict(set)
    for each in documents:
        if _SIGN in each.retention:
            told[each.tenant].add(each.akte_id)
    for tenant, akten in told.items():
        for akte, said in keeping.statements(tx, tenant, sorted(akten)).items():
            _replace(tx, tenant, akte, admission_of(said))


def forget(tx: Transaction, tenant: str) -> None:
    """Take out the rows of an office; :func:`set_up` of all its documents must follow."""
    tx.run("DELETE FROM efile_guards WHERE tenant = :tenant", tenant=tenant)
    tx.run("DELETE FROM efile_competence WHERE tenant = :tenant", tenant=tenant)


_SIGN = '"access"'
"""Stands in each statement on access and in no other."""


def _replace(tx: Transaction, tenant: str, akte: str, admission: Admission) -> None:
    for table in ("efile_guards", "efile_competence"):
        tx.run(
            f"DELETE FROM {table} WHERE tenant = :tenant AND akte_id = :akte",  # noqa: S608  one of two fixed names
            tenant=tenant, akte=akte,
        )  # fmt: skip
    tx.many(
        "INSERT INTO efile_guards (tenant, akte_id, document_id, who)"
        " VALUES (:tenant, :akte, :document, :who)",
        [
            {"tenant": tenant, "akte": akte, "document": document, "who": who}
            for document, names in admission.guards().items()
            for who in (GUARDED, *sorted(names))
        ],
    )
    tx.many(
        "INSERT INTO efile_competence (tenant, akte_id, who) VALUES (:tenant, :akte, :who)",
        [{"tenant": tenant, "akte": akte, "who": w} for w in sorted(admission.responsible())],
    )


def unit_files(tx: Transaction, tenant: str) -> dict[str, int]:
    """Return how many files each unit is responsible for."""
    rows = tx.all(
        "SELECT who, count(*) AS files FROM efile_competence"
        " WHERE tenant = :tenant AND who LIKE 'u:%' GROUP BY who",
        tenant=tenant,
    )
    return {row["who"].removeprefix("u:"): int(row["files"]) for row in rows}


def guards_of(
    tx: Transaction, tenant: str, akten: Collection[str]
) -> dict[tuple[str, str], set[str]]:
    """Return by file and document who is let through, for what is guarded in these files."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in tx.all(
        "SELECT akte_id, document_id, who FROM efile_guards"
        " WHERE tenant = :tenant AND akte_id IN :akten",
        tenant=tenant,
        akten=tuple(akten),
    ):
        found[row["akte_id"], row["document_id"]].add(row["who"])
    return found


def hidden(
    tx: Transaction, tenant: str, akten: Collection[str], sight: Sight
) -> set[tuple[str, str]]:
    """Return files and documents in these files that are not seen."""
    guards = guards_of(tx, tenant, akten) if akten else {}
    return {place for place, names in guards.items() if not sight.passes(place[0], names)}
