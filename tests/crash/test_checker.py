"""The judge is judged: every planted fault must be reported."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from efile.objects import pack
from tests.crash import checker
from tests.crash.house import House, Posted, build_house
from tests.crash.state import Row, State
from tests.crash.story import CORE, drop_story
from tests.crash.test_removal import grow_old
from tests.pack_reader import documents
from tests.s3_server import S3Server

pytestmark = pytest.mark.crash


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, s3_server: S3Server) -> House:
    house = build_house(tmp_path_factory.mktemp("finished") / "house", s3_server)
    drop_story(house)
    assert 0 == house.run_once(), house.log[-2000:]
    lay_apart(house)
    return house


def lay_apart(house: House) -> None:
    """Give one packed document objects of its own, as a letter has."""
    # Other houses of the same run keep their buckets beside this one's.
    bucket = house.bucket("musterstadt")
    path = first(bucket, "v1/p/*/*")
    reader = house.reader(bucket, "musterstadt")
    (manifest, parts), *others = documents(path.read_bytes(), reader.content)
    pack_again(path, others)
    akte = bucket / "v1" / "a" / manifest["akte_id"]
    for part, data in zip(manifest["parts"], parts, strict=True):
        place = akte / "o" / part["sha256"][:2] / part["sha256"]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        part["object_key"] = place.relative_to(bucket).as_posix()
    place = akte / "d" / manifest["id"] / "0001.json"
    place.parent.mkdir(parents=True)
    place.write_text(json.dumps(manifest))


def pack_again(path: Path, packed: list[tuple[Row, list[bytes]]]) -> None:
    """Write a well-formed pack of these documents."""
    items = [
        pack.Item(manifest["id"], manifest["version"], json.dumps(manifest).encode(), tuple(parts))
        for manifest, parts in packed
    ]
    path.write_bytes(pack.build("musterstadt", items)[0])


def repacked(change: Callable[[list[tuple[Row, list[bytes]]]], object]) -> Callable[[House], None]:
    """Return a fault in the documents of a pack that is whole."""

    def plant(house: House) -> None:
        path = first(house.buckets, "*musterstadt*/v1/p/*/*")
        reader = house.reader(path.parents[3], "musterstadt")
        packed = documents(path.read_bytes(), reader.content)
        change(packed)
        pack_again(path, packed)

    return plant


def second_pack(house: House) -> None:
    path = first(house.buckets, "*musterstadt*/v1/p/*/*")
    shutil.copy(path, path.with_name("f" * 64))


@pytest.fixture(scope="module")
def aged(finished: House, tmp_path_factory: pytest.TempPathFactory) -> House:
    """The finished house when its payloads' time is over."""
    house = copied(finished, tmp_path_factory.mktemp("aged"))
    grow_old(house)
    assert 0 == house.run_once(), house.log[-2000:]
    assert State.read(house).removed
    return house


@pytest.fixture
def copy(finished: House, tmp_path: Path) -> House:
    """A copy of the finished house and its objects, to spoil."""
    return copied(finished, tmp_path)


def copied(finished: House, tmp_path: Path) -> House:
    shutil.copytree(finished.folder, tmp_path / "house")
    for bucket in finished.buckets.glob(f"{finished.prefix}-*"):
        shutil.copytree(bucket, tmp_path / "buckets" / bucket.name)
    return replace(
        finished,
        folder=tmp_path / "house",
        buckets=tmp_path / "buckets",
        dropped=list(finished.dropped),
        posted=list(finished.posted),
    )


def sql(house: House, *statements: str) -> None:
    with sqlite3.connect(house.database) as database:
        for (trigger,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND "
            "tbl_name IN ('journal', 'journal_head', 'checkpoint', 'payload_removed')"
        ).fetchall():
            database.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            assert database.execute(statement).rowcount, statement
    database.close()


def first(folder: Path, pattern: str) -> Path:
    return min(path for path in folder.glob(pattern) if not path.name.endswith(".sha256"))


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cash_file(house: House) -> Path:
    return first(house.folder, "outbox/musterstadt/ihv/*.txt")


def double_an_order(house: House) -> None:
    path = cash_file(house)
    lines = path.read_bytes().split(b"\r\n")
    path.write_bytes(b"\r\n".join([lines[0], lines[1], *lines[1:]]))


def two_receipts(house: House) -> None:
    path = first(house.folder, "outbox/musterstadt/fachverfahren/Quittung_*")
    for suffix in ("", ".sha256"):
        shutil.copy(f"{path}{suffix}", f"{path.with_name('Quittung_noch-eine.xml')}{suffix}")


def second_manifest(house: House) -> None:
    path = first(house.buckets, "*/v1/a/*/d/*/0001.json")
    shutil.copytree(path.parent, path.parent.with_name("00000000-0000-0000-0000-000000000000"))


def foreign_manifest(house: House) -> None:
    path = first(house.buckets, "*musterstadt*/v1/a/*/d/*/0001.json")
    manifest = json.loads(path.read_bytes())
    path.write_text(json.dumps(manifest | {"tenant": "beispielhausen"}))


def wrong_reason(house: House) -> None:
    path = first(house.folder, "inbox/*/*/.quarantine/*/*.grund.json")
    path.write_text(json.dumps(json.loads(path.read_bytes()) | {"code": "something_else"}))


def still_claimed(house: House) -> None:
    path = first(house.folder, "inbox/*/*/.done/*")
    path.rename(path.parents[1] / ".claimed" / path.name)


def forget_a_drop(house: House) -> None:
    house.dropped.pop(0)


def swap_entries(house: House) -> None:
    sql(
        house,
        "UPDATE journal SET seq = -1 WHERE seq = 3",
        "UPDATE journal SET seq = 3 WHERE seq = 4",
        "UPDATE journal SET seq = 4 WHERE seq = -1",
    )


def cut_the_tail(house: House) -> None:
    sql(
        house,
        "DELETE FROM journal WHERE tenant = 'musterstadt' "
        "AND seq = (SELECT max(seq) FROM journal WHERE tenant = 'musterstadt')",
    )


def set_a_head_back(house: House) -> None:
    """Cut off the newest change of a state, and let the head name what is left."""
    sql(
        house,
        "DELETE FROM journal WHERE tenant = 'musterstadt' AND seq >= (SELECT max(seq) "
        "FROM journal WHERE tenant = 'musterstadt' AND to_state IS NOT NULL)",
        "UPDATE journal_head SET (seq, hash) = (SELECT seq, hash FROM journal "
        "WHERE journal.tenant = journal_head.tenant ORDER BY seq DESC LIMIT 1)",
    )


def swap_in_a_file(house: House) -> None:
    """Let the second order of a case stand before the first."""
    path = cash_file(house)
    head, one, two, *rest = path.read_bytes().split(b"\r\n")
    path.write_bytes(b"\r\n".join([head, two, one, *rest]))


def answered_and_gone(house: House) -> None:
    house.posted.append(Posted("musterstadt", CORE, "nie.xml", b"<x/>", "no-such-message"))


def posted_with(attachment: bytes) -> Callable[[House], None]:
    """Let a sender say that it had posted a message that is there, with something."""

    def plant(house: House) -> None:
        state = State.read(house)
        row = next(m for m in state.messages if m["state"] == "closed")
        data = state.bytes_of(row["tenant"], row["sha256"]) or b""
        place = row["tenant"], row["channel"], row["original_name"]
        house.posted.append(Posted(*place, data, row["id"], attachment))

    return plant


def key_without_message(house: House) -> None:
    house.posted.append(Posted("musterstadt", CORE, "nie.xml", b"<x/>"))
    sql(house, "INSERT INTO post VALUES ('musterstadt', 'x', 'x', 'nie.xml', 'x', 'x', 1)")


def took_without_proof(house: House) -> None:
    """Take bytes away as retention would, without an entry in the journal."""
    sql(
        house,
        "INSERT INTO payload_removed SELECT tenant, sha256, size, kept_us, 1, 0 FROM payload "
        "WHERE sha256 = (SELECT min(sha256) FROM message WHERE state = 'closed')",
        "DELETE FROM payload WHERE sha256 = (SELECT min(sha256) FROM message WHERE state = 'closed')",
    )


def left_a_file(house: House) -> None:
    [digest] = [r["sha256"] for r in State.read(house).removed if r["size"] > 150_000]
    path = house.folder / "data" / "payloads" / digest[:2] / digest
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")


def unlinked(pattern: str, place: str = "folder") -> Callable[[House], None]:
    return lambda house: first(getattr(house, place), pattern).unlink()


def flipped(pattern: str, place: str = "folder") -> Callable[[House], None]:
    return lambda house: flip(first(getattr(house, place), pattern))


def ran(statement: str) -> Callable[[House], None]:
    """Return a fault in the database; ONE stands for a message that came to its end."""
    one = "(SELECT min(id) FROM message WHERE state = 'closed' AND part_of IS NULL)"
    return lambda house: sql(house, statement.replace("ONE", one))


SWAPPED = ran(
    "UPDATE promise SET lane_seq = lane_seq + 1000 WHERE kind = 'travel' AND lane_seq = (SELECT "
    "min(lane_seq) FROM promise WHERE kind = 'travel' AND lane_key = 'UVG-2026-000103') "
    "AND lane_key = 'UVG-2026-000103'"
)
"""The first message of a case stands behind the second."""


_ATTACHED = (
    "INSERT INTO attachment (tenant, message_id, number, name, sha256, size_bytes, media_type) "
    "SELECT tenant, id, 1, 'n.pdf', 'x', 1, 'application/pdf' FROM message WHERE id = ONE"
)
PLANTED: dict[str, tuple[str, Callable[[House], None]]] = {
    "an object is deleted": ("I1 object", unlinked("*/v1/a/*/o/*/*", "buckets")),
    "a byte of an object is flipped": ("I4 object", flipped("*/v1/a/*/o/*/*", "buckets")),
    "an object nobody named": (
        "I3 object",
        lambda h: shutil.copy(
            first(h.buckets, "*/v1/a/*/o/*/*"),
            first(h.buckets, "*/v1/a/*/o/*/*").with_name("f" * 64),
        ),
    ),
    "a pack is deleted": ("I1 document", unlinked("*/v1/p/*/*", "buckets")),
    "a byte of a pack is flipped": ("I4 pack", flipped("*/v1/p/*/*", "buckets")),
    "a document is taken out of a pack": ("I1 document", repacked(lambda packed: packed.pop())),
    "a packed content is changed": ("I4 pack", repacked(lambda packed: packed[0][1].insert(0, b""))),
    "a packed document was not promised": (
        "I3 object",
        repacked(lambda packed: packed[0][0].update(document_key="somebody else's")),
    ),
    "a packed document is filed twice": (
        "I2 document",
        repacked(lambda packed: packed.append(({**packed[0][0], "title": "other"}, packed[0][1]))),
    ),
    "a document is missing": ("I1 document", unlinked("*/v1/a/*/d/*/0001.json", "buckets")),
    "a document is filed twice": ("I2 document", second_manifest),
    "a document of another office": ("I3 object", foreign_manifest),
    "a message row is dropped": ("I1", ran("DELETE FROM message WHERE id = ONE")),
    "a message nobody sent": (
        "I3 message",
        ran("UPDATE message SET original_name = 'erfunden.xml' WHERE id = ONE"),
    ),
    "a state without a journal entry": (
        "I6 balance",
        ran("UPDATE message SET state = 'refused' WHERE id = ONE"),
    ),
    "a message in progress": (
        "I6 message",
        ran("UPDATE message SET state = 'routed' WHERE id = ONE"),
    ),
    "a journal entry is changed": ("I5", ran("UPDATE journal SET actor = 'x' WHERE seq = 7")),
    "a journal entry is dropped": ("I5", ran("DELETE FROM journal WHERE seq = 7")),
    "two journal entries are swapped": ("I5", swap_entries),
    "the newest journal entries are cut off": ("I5", cut_the_tail),
    "a head is set back with its cut tail": ("I6", set_a_head_back),
    "an illegal move": (
        "I6 message",
        ran("UPDATE journal SET from_state = 'refused' WHERE to_state = 'closed'"),
    ),
    "a payload is gone": (
        "I4 payload",
        ran("DELETE FROM payload WHERE sha256 = (SELECT sha256 FROM message WHERE id = ONE)"),
    ),
    "a payload is taken without an entry": ("I4 removal", took_without_proof),
    "a post was answered and is gone": ("I1 nie.xml", answered_and_gone),
    "an attachment is gone": ("I4", posted_with(b"x")),
    "an attachment is in no file": ("I1 message", ran(_ATTACHED)),
    "an attachment's payload is gone": ("I4 payload", ran(_ATTACHED)),
    "a post's key is kept without its message": ("I10 nie.xml", key_without_message),
    "two messages of a case were swapped": ("I7 case", SWAPPED),
    "a message overtook another": ("I7 lane", SWAPPED),
    "two orders of a case were swapped": ("I7 case", swap_in_a_file),
    "a checkpoint names another head": (
        "I5 checkpoint", ran("UPDATE checkpoint SET head = 'x' WHERE number = 1")
    ),
    "a checkpoint is dropped": (
        "I5 checkpoint", ran("DELETE FROM checkpoint WHERE number = 1")
    ),
    "a checkpoint is missing outside": ("I5 checkpoint", unlinked("checkpoints/*.jsonl")),
    "a payload is changed": (
        "I4",
        ran("UPDATE payload SET bytes = x'00' WHERE sha256 = "
            "(SELECT sha256 FROM message WHERE id = ONE)"),
    ),
    "an order is doubled": ("I2 order", double_an_order),
    "a cash file is missing": ("I1 batch", lambda h: cash_file(h).unlink()),
    "a cash file is changed": ("I4 outbox", lambda h: flip(cash_file(h))),
    "a number is left out": (
        "I2 batch", ran("UPDATE batch SET sequence = 2 WHERE partner = 'ihv'")
    ),
    "a total does not tie out": (
        "I4 batch", ran("UPDATE batch SET total_cents = total_cents + 1 WHERE partner = 'ihv'")
    ),
    "a sidecar is missing": (
        "I4 outbox", lambda h: cash_file(h).with_suffix(".txt.sha256").unlink()
    ),
    "a sidecar does not match": (
        "I4 outbox", lambda h: flip(cash_file(h).with_suffix(".txt.sha256"))
    ),
    "a file nobody promised": (
        "I3 outbox", lambda h: (cash_file(h).parent / "fremd.txt").write_text("x")
    ),
    "a receipt is doubled": ("I2 message", two_receipts),
    "a receipt is missing": ("I2 message", unlinked("outbox/*/fachverfahren/Quittung_*")),
    "a promise is still open": (
        "I6 promise",
        ran("UPDATE promise SET state = 'waiting' WHERE kind = 'file' AND lane_seq = 1"),
    ),
    "a lease is left": (
        "I6 lane",
        ran("UPDATE lane SET state = 'leased', leased_by = 'hub-1' WHERE queue = 'file'"),
    ),
    "a reason file is missing": (
        "I6 quarantine", unlinked("inbox/*/*/.quarantine/*/*.grund.json")
    ),
    "a reason names something else": ("I6 quarantine", wrong_reason),
    "a claimed file is left": ("I6", still_claimed),
    "a file the sender never dropped": ("I3 message", forget_a_drop),
    "a row of a table is lost": (
        "I1/I3",
        ran("DELETE FROM message WHERE id = "
            "(SELECT min(id) FROM message WHERE part_of IS NOT NULL)"),
    ),
}  # fmt: skip


AFTER_RETENTION: dict[str, tuple[str, Callable[[House], None]]] = {
    "nobody says what was removed": ("I4 payload", ran("DELETE FROM payload_removed")),
    "the sum of a removal is dropped": (
        "I4 removal", ran("DELETE FROM journal WHERE action = 'payloads_removed'")
    ),
    "the sum of a removal is another": (
        "I4 removal",
        ran("UPDATE journal SET facts = '{\"bytes\":1,\"count\":1}' "
            "WHERE action = 'payloads_removed'"),
    ),
    "a message was not told that its bytes are gone": (
        "I4 payload", ran("DELETE FROM journal WHERE action = 'payload_removed'")
    ),
    "bytes were removed that are still needed": (
        "I4 payload", ran("UPDATE message SET state = 'routed' WHERE id = ONE")
    ),
    "the file of a removed payload is left": ("I6 payload", left_a_file),
}  # fmt: skip


def test_a_finished_house_has_no_fault(copy: House) -> None:
    assert [] == checker.faults(copy)


def test_documents_that_a_crash_left_in_two_packs_are_no_fault(copy: House) -> None:
    second_pack(copy)

    assert [] == checker.faults(copy)


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_reported(copy: House, fault: str) -> None:
    expected, plant = PLANTED[fault]

    plant(copy)

    found = checker.faults(copy)
    assert any(one.startswith(expected) for one in found), found


def test_payloads_that_retention_removed_are_no_fault(aged: House) -> None:
    assert [] == checker.faults(aged)


@pytest.mark.parametrize("fault", AFTER_RETENTION)
def test_a_fault_planted_after_retention_is_reported(
    aged: House, tmp_path: Path, fault: str
) -> None:
    expected, plant = AFTER_RETENTION[fault]
    house = copied(aged, tmp_path)

    plant(house)

    found = checker.faults(house)
    assert any(one.startswith(expected) for one in found), found
