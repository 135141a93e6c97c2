"""Message rows and the only legal moves between their states.

Every move is a conditional update and a journal entry in the same unit of work, so the
balance can be computed twice, from the rows and from the journal, and must agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from hub.core.errors import Conflict
from hub.core.message import Message
from hub.store.database import Row, Transaction
from hub.store.journal import Entry, Journal

MOVES: dict[str, frozenset[str]] = {
    "received": frozenset({"routed", "closed", "refused", "clearing", "held", "duplicate"}),
    "routed": frozenset({"closed", "clearing", "refused"}),
    "held": frozenset({"received", "refused"}),
    "clearing": frozenset({"received", "routed", "closed", "refused"}),
    "closed": frozenset(),
    "refused": frozenset(),
    "duplicate": frozenset(),
}
"""From each state the states a message may move to. ``received`` again means: replayed."""

FINAL = frozenset(state for state, following in MOVES.items() if not following)


@dataclass(frozen=True, slots=True)
class Step:
    """What a journal note may say beside its action."""

    promise_id: str | None = None
    digest: str | None = None
    actor: str = "hub"
    facts: Mapping[str, object] = field(default_factory=dict)


NO_STEP = Step()


class Messages:
    """Message rows, journalled."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def add(
        self, tx: Transaction, message: Message, state: str, now_us: int, **facts: object
    ) -> None:
        """Insert an accepted message with its first journal entry."""
        row = asdict(message)
        row["record_sha256"] = row.pop("record")
        closed = now_us if state in FINAL else None
        tx.run(_INSERT, **row, state=state, code=facts.get("code"), closed=closed)
        action = state if state in {"duplicate", "refused"} else "received"
        entry = replace(
            _entry(message, action), to_state=state, digest=message.sha256 or None, facts=facts
        )
        self._journal.append(tx, now_us, entry)

    def move(
        self, tx: Transaction, message: Message, to_state: str, now_us: int, **facts: object
    ) -> None:
        """Change the state of a message and journal it.

        Raises:
            Conflict: the message is in a state from which this move is not legal.
        """
        row = tx.one("SELECT state FROM message WHERE id = :id", id=message.id)
        state = row["state"] if row else None
        if state is None or to_state not in MOVES[state]:
            raise Conflict("illegal_move", f"Übergang {state} → {to_state} ist nicht erlaubt.")
        tx.run(
            "UPDATE message SET state = :to, code = :code, closed_us = :closed "
            "WHERE id = :id AND state = :state",
            to=to_state, code=facts.get("code"), id=message.id, state=state,
            closed=now_us if to_state in FINAL else None,
        )  # fmt: skip
        entry = replace(_entry(message, to_state), from_state=state, to_state=to_state, facts=facts)
        self._journal.append(tx, now_us, entry)

    def note(
        self,
        tx: Transaction,
        message: Message,
        now_us: int,
        action: str,
        *,
        step: Step = NO_STEP,
    ) -> None:
        """Journal a step that does not change the message's state."""
        entry = replace(
            _entry(message, action),
            promise_id=step.promise_id, digest=step.digest, actor=step.actor, facts=step.facts,
        )  # fmt: skip
        self._journal.append(tx, now_us, entry)

    @staticmethod
    def understood(tx: Transaction, message: Message, schema: str) -> None:
        """Keep what reading found out: partner, kind, case and the sender's number."""
        tx.run(
            "UPDATE message SET partner = :partner, kind = :kind, case_key = :case_key, "
            "business_id = :business_id, schema_name = :schema WHERE id = :id",
            partner=message.partner, kind=message.kind, case_key=message.case_key,
            business_id=message.business_id, schema=schema, id=message.id,
        )  # fmt: skip

    def promised(self, tx: Transaction, message: Message, count: int) -> None:
        """Add to the number of promises the message waits for."""
        tx.run(
            "UPDATE message SET open_promises = open_promises + :count WHERE id = :id",
            count=count, id=message.id,
        )  # fmt: skip

    def fulfilled(self, tx: Transaction, message_id: str, now_us: int) -> None:
        """Count one promise as settled; the last one closes a routed message.

        A routed message with a code has lost one of its promises to a human decision: it ends
        as refused, whatever else of it was delivered.
        """
        row = tx.one(
            "UPDATE message SET open_promises = open_promises - 1 WHERE id = :id RETURNING *",
            id=message_id,
        )
        if row and row["open_promises"] == 0 and row["state"] == "routed":
            given_up = {"code": row["code"]} if row["code"] else {}
            self.move(tx, to_message(row), "refused" if given_up else "closed", now_us, **given_up)


def _entry(message: Message, action: str) -> Entry:
    return Entry(message.tenant, action, message.id, case_key=message.case_key)


_INSERT = """
INSERT INTO message (id, tenant, partner, channel, kind, case_key, state, sha256, record_sha256,
  size_bytes, original_name, business_id, correlation_id, causation_id, part_of,
  received_us, code, closed_us)
VALUES (:id, :tenant, :partner, :channel, :kind, :case_key, :state, :sha256, :record_sha256,
  :size_bytes, :original_name, :business_id, :correlation_id, :causation_id, :part_of,
  :received_us, :code, :closed)
"""


def to_message(row: Row) -> Message:
    """Return the envelope from its row."""
    return Message(
        id=row["id"], tenant=row["tenant"], partner=row["partner"], channel=row["channel"],
        kind=row["kind"], case_key=row["case_key"], sha256=row["sha256"],
        size_bytes=row["size_bytes"], received_us=row["received_us"],
        original_name=row["original_name"], correlation_id=row["correlation_id"],
        causation_id=row["causation_id"], part_of=row["part_of"], business_id=row["business_id"],
        record=row["record_sha256"],
    )  # fmt: skip


def find(tx: Transaction, message_id: str, tenant: str | None = None) -> Row | None:
    """Return the row of one message, within a tenant where one is given."""
    return tx.one(
        "SELECT * FROM message WHERE id = :id AND (:tenant IS NULL OR tenant = :tenant)",
        id=message_id, tenant=tenant,
    )  # fmt: skip


def seen(tx: Transaction, *, tenant: str, channel: str, key_kind: str, key: str) -> Row | None:
    """Return what was remembered of a key, if anything."""
    return tx.one(
        "SELECT message_id, sha256 FROM seen WHERE tenant = :tenant AND channel = :channel "
        "AND key_kind = :key_kind AND key = :key",
        tenant=tenant, channel=channel, key_kind=key_kind, key=key,
    )  # fmt: skip


def first_of(tx: Transaction, message: Message) -> str | None:
    """Return the id of the first message with these bytes on this channel, if remembered."""
    before = seen(
        tx, tenant=message.tenant, channel=message.channel, key_kind="bytes", key=message.sha256
    )
    return before["message_id"] if before else None


def forget_bytes(tx: Transaction, message: Message) -> None:
    """Forget the bytes of a refused message: nothing followed, it may be sent again as it is."""
    tx.run("DELETE FROM seen WHERE message_id = :id AND key_kind = 'bytes'", id=message.id)


def remember(tx: Transaction, message: Message, key_kind: str, key: str) -> None:
    """Remember a key in the accepting unit of work."""
    tx.run(
        "INSERT INTO seen (tenant, channel, key_kind, key, message_id, sha256, received_us) "
        "VALUES (:tenant, :channel, :key_kind, :key, :id, :sha256, :at) ON CONFLICT DO NOTHING",
        tenant=message.tenant, channel=message.channel, key_kind=key_kind, key=key,
        id=message.id, sha256=message.sha256, at=message.received_us,
    )  # fmt: skip
