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
from tests.crash.house import House, build_house
from tests.crash.state import Row
from tests.crash.story import drop_story
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
    (manifest, parts), *others = documents(path.read_bytes())
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
        packed = documents(path.read_bytes())
        change(packed)
        pack_again(path, packed)

    return plant


def second_pack(house: House) -> None:
    path = first(house.buckets, "*musterstadt*/v1/p/*/*")
    shutil.copy(path, path.with_name("f" * 64))


@pytest.fixture
def copy(finished: House, tmp_path: Path) -> House:
    """A copy of the finished house and its objects, to spoil."""
    shutil.copytree(finished.folder, tmp_path / "house")
    for bucket in finished.buckets.glob(f"{finished.prefix}-*"):
        shutil.copytree(bucket, tmp_path / "buckets" / bucket.name)
    return replace(
        finished,
        folder=tmp_path / "house",
        buckets=tmp_path / "buckets",
        dropped=list(finished.dropped),
    )


def sql(house: House, *statements: str) -> None:
    with sqlite3.connect(house.database) as database:
        for trigger in ("journal_no_update", "journal_no_delete", "journal_head_only_grows"):
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


def unlinked(pattern: str, place: str = "folder") -> Callable[[House], None]:
    return lambda house: first(getattr(house, place), pattern).unlink()


def flipped(pattern: str, place: str = "folder") -> Callable[[House], None]:
    return lambda house: flip(first(getattr(house, place), pattern))


def ran(statement: str) -> Callable[[House], None]:
    """Return a fault in the database; ONE stands for a message that came to its end."""
    one = "(SELECT min(id) FROM message WHERE state = 'closed' AND part_of IS NULL)"
    return lambda house: sql(house, statement.replace("ONE", one))


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
