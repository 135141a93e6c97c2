"""Answers what a decision asks about an office's past, one question or a whole run's at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from hub.pipeline.decision.knowledge import Fact, Query
from hub.store import batches, cases, messages
from hub.store.database import Transaction
from hub.store.inbox import attachments
from hub.store.payloads import Payloads

Facts = dict[Query, Fact]


class Recall:
    """Looks into database and payload store."""

    def __init__(self, payloads: Payloads) -> None:
        self._payloads = payloads
        self._kinds: dict[str, Callable[[Transaction, list[Query]], Facts]] = {
            "payload": self._bytes,
            "case": _cases,
            "seen": _seen,
            "reference": _references,
            "sequence": _sequences,
            "attachments": _attachments,
        }

    def facts(self, tx: Transaction, queries: Iterable[Query]) -> Facts:
        """Return an answer to every question."""
        kinds: dict[tuple[str, str], list[Query]] = {}
        for query in queries:
            kinds.setdefault((query[0], query[1]), []).append(query)
        found: Facts = {}
        for (kind, _), asked in kinds.items():
            found |= dict.fromkeys(asked) | self._kinds[kind](tx, asked)
        return found

    def _bytes(self, tx: Transaction, asked: list[Query]) -> Facts:
        tenant = asked[0][1]
        inline = self._payloads.look_up(tx, tenant, [query[2] for query in asked])
        return {
            query: data if (data := inline.get(query[2])) is not None else self._file(query[2])
            for query in asked
        }

    def _file(self, sha256: str) -> str:
        return str(self._payloads.path(sha256))


def _cases(tx: Transaction, asked: list[Query]) -> Facts:
    tenant = asked[0][1]
    rows = cases.rows(tx, tenant, [query[2] for query in asked])
    return {("case", tenant, row["case_key"]): (row["state"], row["version"]) for row in rows}


def _seen(tx: Transaction, asked: list[Query]) -> Facts:
    found: Facts = {}
    channels: dict[tuple[str, str, str], list[str]] = {}
    for _, tenant, channel, key_kind, key in asked:
        channels.setdefault((tenant, channel, key_kind), []).append(key)
    for (tenant, channel, key_kind), keys in channels.items():
        rows = messages.seen_all(tx, tenant=tenant, channel=channel, key_kind=key_kind, keys=keys)
        found |= {
            ("seen", tenant, channel, key_kind, row["key"]): (row["message_id"], row["sha256"])
            for row in rows
        }
    return found


def _references(tx: Transaction, asked: list[Query]) -> Facts:
    found: dict[Query, Any] = {}
    for query in asked:
        _, tenant, kind, value = query
        if meaning := cases.find_by_reference(tx, tenant, kind, value):
            found[query] = (meaning.case_key, meaning.cause)
    return found


def _attachments(tx: Transaction, asked: list[Query]) -> Facts:
    return {
        query: [
            (one.name, one.sha256, one.size_bytes, one.media_type)
            for one in attachments.of(tx, query[1], query[2])
        ]
        for query in asked
    }


def _sequences(tx: Transaction, asked: list[Query]) -> Facts:
    return {query: batches.last_sequence(tx, query[1], query[2], "in") for query in asked}
