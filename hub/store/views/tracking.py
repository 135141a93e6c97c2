"""The parcel tracking of one case."""

from __future__ import annotations

from hub.store.database import Row, Transaction


def timeline(tx: Transaction, tenant: str, case_key: str, limit: int = 600) -> list[Row]:
    """Return the newest journal entries of a case, in order, with what is known of each message.

    A message is accepted before its case is known, so its entries are found by the message.
    """
    rows = tx.all(
        # Two ways lead to the entries of a case, each with an index of its own.
        "WITH entry AS ("
        " SELECT seq FROM journal WHERE tenant = :tenant AND case_key = :case_key"
        " UNION SELECT journal.seq FROM message CROSS JOIN journal"
        " WHERE message.tenant = :tenant AND message.case_key = :case_key"
        " AND journal.tenant = message.tenant AND journal.message_id = message.id)"
        " SELECT journal.seq, journal.at_us, journal.action, journal.message_id,"
        " journal.to_state, journal.actor, journal.facts, message.kind, message.partner,"
        " message.state AS message_state, message.code AS message_code,"
        " promise.kind AS promise_kind, promise.queue"
        " FROM entry CROSS JOIN journal LEFT JOIN message"
        " ON message.tenant = journal.tenant AND message.id = journal.message_id"
        " LEFT JOIN promise"
        " ON promise.tenant = journal.tenant AND promise.id = journal.promise_id"
        " WHERE journal.tenant = :tenant AND journal.seq = entry.seq"
        " ORDER BY journal.seq DESC LIMIT :limit",
        tenant=tenant,
        case_key=case_key,
        limit=limit,
    )
    return rows[::-1]


def archives(tx: Transaction, tenant: str, since_us: int | None) -> list[Row]:
    """Return the archives that hold steps of what was accepted at a time, or may: oldest first.

    What was accepted before an archive's end begins in it or in one before; whether anything
    happened to it afterwards only the later ones themselves know.
    """
    return tx.all(
        "SELECT name, from_us, until_us FROM journal_archive"
        " WHERE tenant = :tenant AND until_us >= :since ORDER BY seq",
        tenant=tenant, since=since_us,
    )  # fmt: skip


def begin_of_case(tx: Transaction, tenant: str, case_key: str) -> int | None:
    """Return when the first message of a case was accepted."""
    row = tx.one(
        "SELECT min(received_us) AS first FROM message"
        " WHERE tenant = :tenant AND case_key = :case_key",
        tenant=tenant, case_key=case_key,
    )  # fmt: skip
    return row["first"] if row else None


def waiting(tx: Transaction, tenant: str, case_key: str) -> list[Row]:
    """Return what is promised for a case and not yet done."""
    return tx.all(
        "SELECT promise.message_id, promise.kind, promise.queue, promise.state,"
        " promise.attempts, promise.last_code, promise.made_us FROM message"
        " CROSS JOIN promise"
        " WHERE message.tenant = :tenant AND message.case_key = :case_key"
        " AND promise.tenant = message.tenant AND promise.message_id = message.id"
        " AND promise.state IN ('waiting', 'leased', 'sent', 'batched', 'unknown', 'dead')"
        " ORDER BY promise.made_us LIMIT 100",
        tenant=tenant,
        case_key=case_key,
    )
