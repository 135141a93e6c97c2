"""A message with attachments over HTTPS: one unit, durable as a whole, filed like one of a folder."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.core.settings import Channel, Pickup
from hub.demo import drops
from hub.demo.cast import MUSTERSTADT
from hub.store.payloads import INCOMING, INLINE_BYTES
from tests.door import Answer, DoorStep, Sender, open_door, until
from tests.factories import make_tenant
from tests.forms import Field, headers, message, written
from tests.integration.door.test_limits import HEAD, Wire
from tests.message_house import CORE, OFFICE

FALLDATEN = drops.case_data(MUSTERSTADT.xml[1], MUSTERSTADT)
PDF = b"%PDF-1.7 Nachweis"
SCAN = b"II*\x00" + b"scan" * INLINE_BYTES
WAIT = {"Prefer": "wait=20"}


async def send(sender: Sender, *fields: Field, **more: Any) -> Answer:
    more["headers"] = headers(more.pop("boundary", "grenze")) | more.pop("headers", {})
    boundary = more["headers"]["Content-Type"].rpartition("=")[2]
    return await sender.post(written(*fields, boundary=boundary), **more)


def spooled(step: DoorStep) -> list[str]:
    """Return what lies in the payload folder, named or not."""
    folder = step.world.house.payloads.path("00").parent.parent
    return sorted(p.name for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))


UNIT = (
    message(FALLDATEN),
    Field(PDF, file="Nachweis ü.pdf", kind="application/pdf"),
    Field(SCAN, file="scan.tif"),
)


async def test_a_unit_is_in_the_house_as_a_whole_before_it_is_acknowledged(step: DoorStep):
    answer = await send(await step.with_token(), *UNIT)

    [row] = await step.world.messages()
    kept = await step.world.rows("SELECT name, sha256, size_bytes, media_type FROM attachment")
    assert (202, 2, "a.xml") == (answer.status, answer.json["attachments"], row["original_name"])
    assert FALLDATEN == await step.world.house.payloads.get(OFFICE, row["sha256"])
    assert [("Nachweis ü.pdf", "application/pdf"), ("scan.tif", "image/tiff")] == [
        (one["name"], one["media_type"]) for one in kept
    ]
    for one, data in zip(kept, (PDF, SCAN), strict=True):
        assert (len(data), data) == (
            one["size_bytes"], await step.world.house.payloads.get(OFFICE, one["sha256"]),
        )  # fmt: skip


async def test_the_journal_says_who_sent_how_much(step: DoorStep):
    await send(await step.with_token(sender="fv-nord"), *UNIT)

    [entry] = await step.world.rows("SELECT facts FROM journal WHERE action = 'received'")
    assert '"attachments":2' in entry["facts"]
    assert '"sender":"fv-nord"' in entry["facts"]


async def test_attachments_are_filed_in_the_case_of_their_message(living_step: DoorStep):
    answer = await send(await living_step.with_token(), *UNIT, headers=WAIT)
    room = living_step.world.room
    await until(lambda: len([r for r in room.documents.values() if r.doc_type == "Dokument"]) == 2)

    filed = {r.title: r for r in room.documents.values() if r.doc_type == "Dokument"}
    assert 200 == answer.status
    assert {"Nachweis ü.pdf", "scan.tif"} == filed.keys()
    assert {MUSTERSTADT.xml[1].case_id} == {r.aktenzeichen for r in filed.values()}
    part = filed["Nachweis ü.pdf"].parts[0]
    assert (PDF, "application/pdf") == (part.data, part.mime)


async def test_a_message_alone_may_come_as_a_unit(step: DoorStep):
    sender = await step.with_token()
    named = {"Content-Disposition": 'attachment; filename="a.xml"'}
    first = await sender.post(FALLDATEN, headers=named)
    again = await send(sender, message(FALLDATEN))

    assert (202, 0) == (first.status, again.json["attachments"])
    assert first.json["message_id"] == again.json["message_id"]


async def test_a_client_library_is_understood(step: DoorStep):
    sender = await step.with_token()
    form = aiohttp.FormData()
    form.add_field("message", FALLDATEN, filename="Fall ü.xml", content_type="application/xml")
    form.add_field("attachment", PDF, filename='Nach"weis 50% ü.pdf')
    answer = await sender.ask(
        "POST", "/api/v1/messages", data=form, headers={"Idempotency-Key": "k"}
    )
    [row] = await step.world.messages()
    [kept] = await step.world.rows("SELECT name, sha256 FROM attachment")

    assert (202, "Fall ü.xml") == (answer.status, row["original_name"])
    assert ('Nach"weis 50% ü.pdf', hashlib.sha256(PDF).hexdigest()) == tuple(kept.values())


async def test_a_unit_sent_again_has_the_same_message_whatever_its_boundary(step: DoorStep):
    sender = await step.with_token()
    first = await send(sender, *UNIT)
    again = await send(sender, *UNIT, boundary="another")

    assert first.json == again.json
    assert "true" == again.headers["Idempotent-Replayed"]
    assert 2 == len(await step.world.rows("SELECT * FROM attachment"))


OTHERS = {
    "other bytes": (UNIT[0], Field(PDF + b"2", file="Nachweis ü.pdf", kind="application/pdf"), UNIT[2]),
    "one less": UNIT[:2],
    "one more": (*UNIT, Field(b"x", file="x.txt")),
    "other order": (UNIT[0], UNIT[2], UNIT[1]),
    "other name": (*UNIT[:2], Field(SCAN, file="other.tif")),
    "other type": (*UNIT[:2], Field(SCAN, file="scan.tif", kind="image/png")),
    "none": UNIT[:1],
}  # fmt: skip


@pytest.mark.parametrize("other", OTHERS)
async def test_a_key_with_other_attachments_is_refused(step: DoorStep, other: str):
    sender = await step.with_token()
    await send(sender, *UNIT)
    answer = await send(sender, *OTHERS[other])

    assert (422, "idempotency_key_reused") == (answer.status, answer.code)
    assert 1 == len(await step.world.messages())


async def test_the_same_unit_under_another_key_is_a_duplicate(step: DoorStep):
    sender = await step.with_token()
    first = await send(sender, *UNIT)
    again = await send(sender, *UNIT, key="k-2")

    assert ("duplicate", first.json["message_id"]) == (
        again.json["state"], again.json["duplicate_of"],
    )  # fmt: skip
    assert 2 == len(await step.world.rows("SELECT * FROM attachment"))


async def test_the_same_letter_with_other_enclosures_is_another_one(living_step: DoorStep):
    sender = await living_step.with_token()
    await send(sender, *UNIT, headers=WAIT)
    answer = await send(sender, *OTHERS["other bytes"], key="k-2", headers=WAIT)
    alone = await send(sender, *OTHERS["none"], key="k-3", headers=WAIT)

    assert [(422, "business_id_conflict")] * 2 == [(a.status, a.code) for a in (answer, alone)]


@pytest.mark.parametrize("first", ["folder", "door"])
async def test_a_unit_is_the_same_whichever_way_it_comes(tmp_path: Path, first: str):
    tenant = make_tenant(channels=(Channel(name=CORE, ready="sidecar"),))
    async with open_door(tmp_path, children=True, house={"tenants": (tenant,)}) as step:

        async def drop() -> None:
            files = {"a.xml": FALLDATEN, "Nachweis ü.pdf": PDF, "scan.tif": SCAN}
            sums = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
            lines = "".join(f"{digest}  {name}\n" for name, digest in sums.items())
            for name, data in (files | {"a.manifest": lines.encode()}).items():
                step.world.drop(name, data)
            await step.world.run_once()

        sender = await step.with_token()
        if first == "folder":
            await drop()
        await send(sender, *UNIT)
        if first == "door":
            await drop()
        await step.world.run_once()
        states = sorted((m["state"], m["attachments"]) for m in await step.world.messages())
        filed = [r for r in step.world.room.documents.values() if r.doc_type == "Dokument"]

    assert [("closed", 2), ("duplicate", 2)] == states
    assert ["Nachweis ü.pdf", "scan.tif"] == sorted(r.title for r in filed)


@pytest.mark.parametrize("size", [7, 1000, 70_000])
async def test_how_the_network_cuts_a_unit_makes_no_difference(step: DoorStep, size: int):
    whole = written(*UNIT)

    async def cut() -> AsyncIterator[bytes]:
        # Enough of the smallest cuts to pass headers, delimiters and a part.
        small = 0 if size > 100 else 5000
        for start in range(0, small, size):
            yield whole[start : start + size]
        begun = -(-small // size) * size
        for start in range(begun, len(whole), max(size, 1000)):
            yield whole[start : start + max(size, 1000)]

    answer = await (await step.with_token()).post(cut(), headers=headers())
    kept = await step.world.rows("SELECT sha256 FROM attachment ORDER BY number")

    assert 202 == answer.status
    assert [hashlib.sha256(data).hexdigest() for data in (PDF, SCAN)] == [
        row["sha256"] for row in kept
    ]


async def test_an_empty_message_is_refused_and_its_attachments_are_not_kept(step: DoorStep):
    answer = await send(await step.with_token(), message(b""), UNIT[1])

    assert (422, "empty_file") == (answer.status, answer.code)
    assert [] == await step.world.rows("SELECT * FROM attachment")


WRONG: dict[str, tuple[int, str, tuple[Field, ...]]] = {
    "no part": (400, "part_unexpected", ()),
    "attachment first": (400, "part_unexpected", (UNIT[1], UNIT[0])),
    "two messages": (400, "part_unexpected", (UNIT[0], UNIT[0])),
    "other field": (400, "part_unexpected", (UNIT[0], Field(b"x", "comment"))),
    "nameless": (400, "attachment_name_invalid", (UNIT[0], Field(b"x"))),
    "hidden": (400, "attachment_name_invalid", (UNIT[0], Field(b"x", file="../.profile"))),
    "same name": (400, "attachment_name_repeated", (*UNIT[:2], Field(b"x", file="x/Nachweis ü.pdf"))),
    "nested": (415, "part_nested", (UNIT[0], Field(b"", file="a", kind="multipart/mixed; boundary=b"))),
    "base64": (415, "part_encoded", (UNIT[0], Field(b"QQ==", file="a", more=("Content-Transfer-Encoding: base64",)))),
    "wrong type": (415, "media_type_unsupported", (message(FALLDATEN, kind="text/html"),)),
    "no type": (415, "media_type_unsupported", (message(FALLDATEN, kind=""),)),
    "long headers": (400, "part_headers_too_large", (UNIT[0], Field(b"x", file="a" * 9000))),
    "wrong length": (400, "multipart_invalid", (UNIT[0], Field(b"x", file="a", more=("Content-Length: 2",)))),
    "too many": (413, "attachments_too_many", (UNIT[0], *(Field(b"x", file=f"{n}") for n in range(4)))),
    "too large": (413, "attachment_too_large", (UNIT[0], Field(b"x" * 300_001, file="a"))),
    "announced": (413, "attachment_too_large", (UNIT[0], Field(b"", file="a", more=("Content-Length: 300001",)))),
    "large message": (413, "body_too_large", (message(b"x" * 200_001),)),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
async def test_what_is_no_unit_is_refused_and_leaves_nothing(tmp_path: Path, case: str):
    house = {"pickup": Pickup(max_attachment_bytes=300_000)}
    rules = {"max_attachments": 3, "max_bytes": 200_000, "max_unit_bytes": 900_000}
    async with open_door(tmp_path, house=house, **rules) as step:
        status, code, fields = WRONG[case]
        answer = await send(await step.with_token(), *fields)

        assert (status, code) == (answer.status, answer.code)
        assert [] == await step.world.messages()
        assert [] == spooled(step)


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("multipart/form-data", 400, "multipart_invalid"),
        ("multipart/form-data; boundary=", 400, "multipart_invalid"),
        ("multipart/form-data; boundary=" + "x" * 71, 400, "multipart_invalid"),
        ('multipart/form-data; boundary="a\tb"', 400, "multipart_invalid"),
        ("multipart/mixed; boundary=x", 415, "media_type_unsupported"),
    ],
)
async def test_what_announces_no_unit_is_refused_unread(
    step: DoorStep, kind: str, status: int, code: str
):
    answer = await (await step.with_token()).post(b"--x", headers={"Content-Type": kind})

    assert (status, code) == (answer.status, answer.code)


async def test_where_no_attachments_are_taken_a_unit_is_an_unknown_type(tmp_path: Path):
    async with open_door(tmp_path, max_attachments=0) as step:
        answer = await send(await step.with_token(), *UNIT)

    assert (415, "media_type_unsupported") == (answer.status, answer.code)
    assert "multipart/form-data" not in answer.json["media_types"]


async def begin(step: DoorStep, length: int, body: bytes) -> Wire:
    """Send the beginning of a unit, and see that it was written so far."""
    await step.with_token()
    wire = await Wire.to(step)
    kind = headers("grenze")["Content-Type"]
    await wire.say(HEAD, f"Content-Type: {kind}\r\nIdempotency-Key: k\r\n")
    await wire.say(f"Content-Length: {length}\r\n\r\n", body)
    return wire


async def test_a_unit_that_is_announced_too_large_is_never_read(tmp_path: Path):
    async with open_door(tmp_path, max_unit_bytes=900_000) as step:
        answer = await (await begin(step, 900_001, b"")).hear()

    assert (413, "body_too_large", 900_000) == (
        answer.status, answer.code, answer.json["max_bytes"],
    )  # fmt: skip


async def test_a_unit_that_breaks_off_leaves_nothing(step: DoorStep):
    whole = written(
        message(FALLDATEN), Field(SCAN, file="a"), Field(SCAN * 3, file="b"), boundary="grenze"
    )
    wire = await begin(step, len(whole), whole[:-100])
    await until(lambda: len(spooled(step)) == 2)
    wire.close()
    await until(lambda: step.door.turnstile.inside == 0)

    assert [] == await step.world.messages()
    assert [] == spooled(step)


async def test_nothing_has_its_name_before_the_last_part_has_come(step: DoorStep):
    whole = written(message(FALLDATEN), Field(SCAN, file="a"), boundary="grenze")
    wire = await begin(step, len(whole), whole[:-4])
    folder = step.world.house.payloads.path("00").parent.parent
    await until(lambda: bool(spooled(step)))
    named = [p for p in folder.rglob("*") if p.name == hashlib.sha256(SCAN).hexdigest()]
    await wire.say(whole[-4:])
    answer = await wire.hear()

    assert ([], 202) == (named, answer.status)
    assert [] == list((folder / INCOMING).iterdir())


async def test_the_part_that_is_wrong_is_named(step: DoorStep):
    answer = await send(await step.with_token(), *UNIT, Field(b"x", "comment", "x.txt"))

    assert 4 == answer.json["part"]
    assert "attachment" in answer.json["remedy"]


async def test_many_units_at_once_with_one_key_make_one_message(step: DoorStep):
    sender = await step.with_token()
    answers = await asyncio.gather(*(send(sender, *UNIT) for _ in range(8)))

    assert {answer.status for answer in answers} <= {202, 409}
    assert 1 == len(await step.world.messages())
    assert 2 == len(await step.world.rows("SELECT * FROM attachment"))
