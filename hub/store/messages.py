"""Message rows and the only legal moves between their states.

Every move is a conditional update and a journal entry in the same unit of work, so the
balance can be computed twice, from the rows and from the journal, and must agree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, field
from msgspec.structs import asdict

from hub.core.errors import Conflict
from hub.core.message import Message
from hub.store.database import Row, Transaction
from hub.store.journal import Entry, Journal

MOVES: dict[str, frozenset[str]] = {
    "received": frozenset({"routed", "closed", "refused", "clearing", "duplicate"}),
    "routed": frozenset({"closed", "clearing", "refused"}),
    "clearing": frozenset({"received", "routed", "closed", "refused"}),
    "closed": frozenset({"routed"}),
    "refused": frozenset(),
    "duplicate": frozenset(),
}
"""From each state the states a message may move to. ``received`` again means: replayed;
``routed`` after ``closed``: a human had something sent once more."""

FINAL = frozenset({"closed", "refused", "duplicate"})
"""Where a message rests unless a human wants more of it."""


class Step(Struct, frozen=True):
    """What a journal note may say beside its action."""

    promise_id: str | None = None
    digest: str | None = None
    actor: str = "hub"
    facts: Mapping[str, object] = field(default_factory=dict)


NO_STEP = Step()


class Arrived(Struct, frozen=True):
    """An accepted message and the state it begins in."""

    message: Message
    state: str
    facts: Mapping[str, object] = field(default_factory=dict)


class Messages:
    """Message rows, journalled."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def add(
        self, tx: Transaction, message: Message, state: str, now_us: int, **facts: object
    ) -> None:
        """Insert an accepted message with its first journal entry."""
        self.add_all(tx, (Arrived(message, state, facts),), now_us)

    def add_all(self, tx: Transaction, arrived: Sequence[Arrived], now_us: int) -> None:
        """Insert accepted messages, each with its first journal entry, in their order."""
        tx.many(_INSERT, [_row(one, now_us) for one in arrived])
        self._journal.append(tx, now_us, *(_first_entry(one) for one in arrived))

    def move(
        self, tx: Transaction, message: Message, to_state: str, now_us: int, **facts: object
    ) -> None:
        """Change the state of a message and journal it.

        Raises:
            Conflict: the message is in a state from which this move is not legal.
        """
        row = tx.one(
            "SELECT state FROM message WHERE tenant = :tenant AND id = :id /*pg FOR UPDATE */",
            tenant=message.tenant, id=message.id,
        )  # fmt: skip
        state = row["state"] if row else None
        if state is None or to_state not in MOVES[state]:
            raise Conflict("illegal_move", f"Übergang {state} → {to_state} ist nicht erlaubt.")
        tx.run(
            "UPDATE message SET state = :to, code = :code, closed_us = :closed "
            "WHERE tenant = :tenant AND id = :id AND state = :state",
            to=to_state, code=facts.get("code"), tenant=message.tenant, id=message.id, state=state,
            closed=now_us if to_state in FINAL else None,
        )  # fmt: skip
        entry = _entry(message, to_state, from_state=state, to_state=to_state, facts=facts)
        self._journal.append(tx, now_us, entry)

    def travelled(self, tx: Transaction, ways: Sequence[Travelled], now_us: int) -> None:
        """Note what the journey of received messages found out and led to, in their order.

        Raises:
            Conflict: a message is not in the state *received*.
        """
        if tx.many(_TRAVELLED, [_travelled(way, now_us) for way in ways]) != len(ways):
            raise Conflict("illegal_move", "Eine der Nachrichten ist nicht mehr neu.")
        entries = []
        for way in ways:
            message = way.message
            entries += [_note(message, action, step) for action, step in way.steps]
            facts = {"code": way.code} if way.code else {}
            entries.append(
                _entry(message, way.state, from_state="received", to_state=way.state, facts=facts)
            )
        self._journal.append(tx, now_us, *entries)

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
        self._journal.append(tx, now_us, _note(message, action, step))

    def note_all(
        self, tx: Transaction, tenant: str, said: Sequence[tuple[str, str, Step]], now_us: int
    ) -> None:
        """Journal steps of an office's messages: which message, what was done, and how."""
        rows = find_all(tx, tenant, [message_id for message_id, _, _ in said])
        entries = [
            _note(to_message(rows[message_id]), action, step)
            for message_id, action, step in said
            if message_id in rows
        ]
        self._journal.append(tx, now_us, *entries)

    def fulfilled(
        self,
        tx: Transaction,
        tenant: str,
        kept: Sequence[tuple[str, str, Step]],
        now_us: int,
    ) -> None:
        """Journal promises that were settled; the last one closes a routed message.

        ``kept`` names, in order, a message, what was done for it, and how. A routed message
        with a code has lost one of its promises to a human decision: it ends as refused,
        whatever else of it was delivered.
        """
        rows = self._count_down(tx, tenant, [message_id for message_id, _, _ in kept])
        entries = [
            _note(to_message(rows[message_id]), action, step)
            for message_id, action, step in kept
            if message_id in rows
        ]
        done = [
            _end(row)
            for row in rows.values()
            if row["open_promises"] == 0 and row["state"] == "routed"
        ]
        for state in {end.action for end in done}:
            tx.run(
                "UPDATE message SET state = :state, closed_us = :now "
                "WHERE tenant = :tenant AND id IN :ids",
                state=state, now=now_us, tenant=tenant,
                ids=tuple(end.message_id for end in done if end.action == state),
            )  # fmt: skip
        entries += done
        self._journal.append(tx, now_us, *entries)

    @staticmethod
    def wait_for_more(tx: Transaction, message: Message) -> None:
        """Let a message wait for one promise more, made after its journey."""
        tx.run(
            "UPDATE message SET open_promises = open_promises + 1 "
            "WHERE tenant = :tenant AND id = :id",
            tenant=message.tenant, id=message.id,
        )  # fmt: skip

    @staticmethod
    def _count_down(tx: Transaction, tenant: str, ids: Sequence[str]) -> dict[str, Row]:
        """Take kept promises off and return the rows as they are then."""
        times = Counter(ids)
        rows: dict[str, Row] = {}
        for count in set(times.values()):
            changed = tx.all(
                "UPDATE message SET open_promises = open_promises - :count "
                "WHERE tenant = :tenant AND id IN :ids RETURNING *",
                count=count, tenant=tenant, ids=tuple(i for i, n in times.items() if n == count),
            )  # fmt: skip
            rows |= {row["id"]: row for row in changed}
        return rows


class Travelled(Struct, frozen=True):
    """What the journey of a message found out and led to."""

    message: Message
    """As understood: with partner, kind, case and business id."""
    state: str
    schema: str = ""
    code: str | None = None
    promised: int = 0
    """How many promises it waits for."""
    steps: tuple[tuple[str, Step], ...] = ()
    """What happened on the way, in order."""


_TRAVELLED = """
WITH new (tenant, id, partner, kind, case_key, business_id, schema_name, promised, state, code,
  closed_us) AS (VALUES (:tenant, :id, :partner, :kind, :case_key, :business_id, :schema,
  :promised, :state, :code, :closed))
UPDATE message SET partner = new.partner, kind = new.kind, case_key = new.case_key,
  business_id = new.business_id, schema_name = new.schema_name, state = new.state,
  open_promises = open_promises + new.promised, code = new.code,
  closed_us = CAST(new.closed_us AS BIGINT)
FROM new WHERE message.tenant = new.tenant AND message.id = new.id AND message.state = 'received'
"""


def _travelled(way: Travelled, now_us: int) -> dict[str, object]:
    message = way.message
    return {
        "partner": message.partner, "kind": message.kind, "case_key": message.case_key,
        "business_id": message.business_id, "schema": way.schema, "promised": way.promised,
        "state": way.state, "code": way.code, "closed": now_us if way.state in FINAL else None,
        "tenant": message.tenant, "id": message.id,
    }  # fmt: skip


def _row(arrived: Arrived, now_us: int) -> dict[str, object]:
    row = asdict(arrived.message)
    row["record_sha256"] = row.pop("record")
    closed = now_us if arrived.state in FINAL else None
    return row | {"state": arrived.state, "code": arrived.facts.get("code"), "closed": closed}


def _first_entry(arrived: Arrived) -> Entry:
    state = arrived.state
    return _entry(
        arrived.message, state if state in {"duplicate", "refused"} else "received",
        to_state=state, digest=arrived.message.sha256 or None, facts=arrived.facts,
    )  # fmt: skip


def _end(row: Row) -> Entry:
    state = "refused" if row["code"] else "closed"
    return _entry(
        to_message(row), state, from_state="routed", to_state=state,
        facts={"code": row["code"]} if row["code"] else {},
    )  # fmt: skip


def _note(message: Message, action: str, step: Step) -> Entry:
    return _entry(
        message, action,
        promise_id=step.promise_id, digest=step.digest, actor=step.actor, facts=step.facts,
    )  # fmt: skip


def _entry(message: Message, action: str, **said: Any) -> Entry:  # noqa: ANN401  fields of an entry
    return Entry(message.tenant, action, message.id, case_key=message.case_key, **said)


_INSERT = """
INSERT INTO message (id, tenant, partner, channel, kind, case_key, state, sha256, record_sha256,
  size_bytes, original_name, business_id, correlation_id, causation_id, part_of,
  attachments, received_us, code, closed_us)
VALUES (:id, :tenant, :partner, :channel, :kind, :case_key, :state, :sha256, :record_sha256,
  :size_bytes, :original_name, :business_id, :correlation_id, :causation_id, :part_of,
  :attachments, :received_us, :code, :closed)
"""


def to_message(row: Row) -> Message:
    """Return the envelope from its row."""
    return Message(
        id=row["id"], tenant=row["tenant"], partner=row["partner"], channel=row["channel"],
        kind=row["kind"], case_key=row["case_key"], sha256=row["sha256"],
        size_bytes=row["size_bytes"], received_us=row["received_us"],
        original_name=row["original_name"], correlation_id=row["correlation_id"],
        causation_id=row["causation_id"], part_of=row["part_of"], business_id=row["business_id"],
        record=row["record_sha256"], attachments=row["attachments"],
    )  # fmt: skip


def find(tx: Transaction, tenant: str, message_id: str) -> Row | None:
    """Return the row of one message of an office."""
    return tx.one(
        "SELECT * FROM message WHERE tenant = :tenant AND id = :id", tenant=tenant, id=message_id
    )


def find_in(tx: Transaction, tenants: Sequence[str], message_id: str) -> Row | None:
    """Return the row of one message of any of these offices."""
    return tx.one(
        "SELECT * FROM message WHERE tenant IN :tenants AND id = :id",
        tenants=tuple(tenants), id=message_id,
    )  # fmt: skip


def find_all(tx: Transaction, tenant: str, ids: Sequence[str]) -> dict[str, Row]:
    """Return the rows of messages of an office, by id."""
    rows = tx.all(
        "SELECT * FROM message WHERE tenant = :tenant AND id IN :ids",
        tenant=tenant, ids=tuple(ids),
    )  # fmt: skip
    return {row["id"]: row for row in rows}


def seen(tx: Transaction, *, tenant: str, channel: str, key_kind: str, key: str) -> Row | None:
    """Return what was remembered of a key, if anything."""
    return tx.one(
        "SELECT message_id, sha256 FROM seen WHERE tenant = :tenant AND channel = :channel "
        "AND key_kind = :key_kind AND key = :key",
        tenant=tenant, channel=channel, key_kind=key_kind, key=key,
    )  # fmt: skip


def seen_all(
    tx: Transaction, *, tenant: str, channel: str, key_kind: str, keys: Sequence[str]
) -> list[Row]:
    """Return what was remembered of keys: key, message and digest of each that is known."""
    return tx.all(
        "SELECT key, message_id, sha256 FROM seen WHERE tenant = :tenant "
        "AND channel = :channel AND key_kind = :key_kind AND key IN :keys",
        tenant=tenant, channel=channel, key_kind=key_kind, keys=tuple(keys),
    )  # fmt: skip


def first_of(tx: Transaction, message: Message) -> str | None:
    """Return the id of the first message with these bytes on this channel, if remembered."""
    before = seen(
        tx, tenant=message.tenant, channel=message.channel, key_kind="bytes", key=message.sha256
    )
    return before["message_id"] if before else None


def forget_bytes(tx: Transaction, message: Message) -> None:
    """Forget the bytes of a refused message: nothing followed, it may be sent again as it is."""
    tx.run(
        "DELETE FROM seen WHERE tenant = :tenant AND channel = :channel AND key_kind = 'bytes' "
        "AND key = :key AND message_id = :id",
        tenant=message.tenant, channel=message.channel, key=message.sha256, id=message.id,
    )  # fmt: skip


def remember_bytes(tx: Transaction, wanted: Sequence[Message]) -> set[tuple[str, str]]:
    """Remember the bytes of messages and return the keys of those that were not known before.

    The insertion itself tells: between a look and an insertion another node may accept.
    """
    tx.many(_REMEMBER, [_seen_row(message, "bytes", message.sha256) for message in wanted])
    channels: dict[tuple[str, str], list[str]] = {}
    for message in wanted:
        channels.setdefault((message.tenant, message.channel), []).append(message.sha256)
    first = {
        (tenant, row["message_id"])
        for (tenant, channel), keys in channels.items()
        for row in seen_all(tx, tenant=tenant, channel=channel, key_kind="bytes", keys=keys)
    }
    return {message.key for message in wanted if message.key in first}


def remember_numbers(tx: Transaction, given: Sequence[tuple[Message, str]]) -> None:
    """Remember the numbers senders gave their messages; what is known stays as it is.

    Only a look after the insertion tells who was first: before it another node may accept.
    """
    tx.many(_REMEMBER, [_seen_row(message, "business", number) for message, number in given])


_REMEMBER = """
INSERT INTO seen (tenant, channel, key_kind, key, message_id, sha256, received_us)
VALUES (:tenant, :channel, :key_kind, :key, :id, :sha256, :at) ON CONFLICT DO NOTHING
"""


def _seen_row(message: Message, key_kind: str, key: str) -> dict[str, object]:
    return {
        "tenant": message.tenant, "channel": message.channel, "key_kind": key_kind, "key": key,
        "id": message.id, "sha256": message.sha256, "at": message.received_us,
    }  # fmt: skip
