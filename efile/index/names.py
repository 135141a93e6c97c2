"""Files by their names: each word of title and Aktenzeichen, found by how it begins."""

from __future__ import annotations

from collections.abc import Sequence

from efile.index.words.analysis import folded_words
from efile.ports import Transaction

_LAST = "\U0010ffff"
"""Sorts behind every sign of a word."""
_AT_ONCE = 1000
_RENAMED = (
    "SELECT id, search_words FROM efile_akten WHERE tenant = :tenant AND id IN :ids"
    " AND search_words <> named_words"
)


def enter(tx: Transaction, tenant: str, akten: Sequence[str]) -> None:
    """Enter the names of these files where they are new or others than before."""
    for start in range(0, len(akten), _AT_ONCE):
        ids = tuple(akten[start : start + _AT_ONCE])
        renamed = tx.all(_RENAMED, tenant=tenant, ids=ids)
        named = [{"tenant": tenant, "id": row["id"]} for row in renamed]
        tx.many("DELETE FROM efile_akte_names WHERE tenant = :tenant AND akte_id = :id", named)
        tx.many(
            "INSERT INTO efile_akte_names (tenant, word, akte_id) VALUES (:tenant, :word, :id)",
            [
                {"tenant": tenant, "word": word, "id": row["id"]}
                for row in renamed
                for word in sorted(set(row["search_words"].split()))
            ],
        )
        tx.many(
            "UPDATE efile_akten SET named_words = search_words WHERE tenant = :tenant AND id = :id",
            named,
        )


def forget(tx: Transaction, tenant: str) -> None:
    """Take out all names of an office."""
    tx.run("DELETE FROM efile_akte_names WHERE tenant = :tenant", tenant=tenant)


def begins(query: str) -> tuple[str, dict[str, object]]:
    """Return the condition that every word of a query begins a word of a file's name.

    It is empty for a query without words.
    """
    words = folded_words(query)
    conditions = [
        " AND id IN (SELECT akte_id FROM efile_akte_names WHERE tenant = :tenant"  # noqa: S608  numbered names
        f" AND word >= :word{number} AND word < :behind{number})"
        for number in range(len(words))
    ]
    values: dict[str, object] = {f"word{number}": word for number, word in enumerate(words)}
    values |= {f"behind{number}": word + _LAST for number, word in enumerate(words)}
    return "".join(conditions), values
