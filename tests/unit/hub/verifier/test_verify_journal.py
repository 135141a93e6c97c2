"""The verifier passes what the hub exports and reports every planted fault."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.evidence.export import Period
from hub.verifier import verify_journal
from hub.verifier.verify_journal import Judge, canonical, digest, entry_hash, is_signed, statement
from tests.evidence_house import Archive

Line = dict[str, Any]
Plant = Callable[[list[Line]], list[Line] | None]
FOREIGN = Ed25519PrivateKey.from_private_bytes(bytes(32))
FOREIGN_PUBLIC = FOREIGN.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def keys_in(lines: list[Line]) -> dict[str, str]:
    return {line["id"]: line["public"] for line in lines if line["type"] == "key"}


def judged(
    lines: list[Line], trusted: dict[str, str] | None = None, anchors: list[Line] | None = None
) -> Judge:
    """Judge with the keys the operator published, by default those of the export."""
    judge = Judge(trusted or keys_in(lines), anchors or [])
    judge.read(json.dumps(line, ensure_ascii=False) for line in lines)
    judge.report()
    return judge


@pytest.fixture
async def lines(archive: Archive) -> list[Line]:
    """Eleven entries, checkpoints behind the fourth, the eighth and the last but one."""
    await archive.note(10)
    await archive.notary.catch_up()
    await archive.note(1)
    return [json.loads(line) for line in await archive.lines()]


def of(lines: list[Line], kind: str, number: int = 0) -> Line:
    return [line for line in lines if line["type"] == kind][number]


def entry(lines: list[Line], seq: int) -> Line:
    return next(line for line in lines if line["type"] == "entry" and line["seq"] == seq)


async def test_what_was_exported_holds(lines: list[Line]) -> None:
    judge = judged(lines)

    assert [] == judge.faults
    assert (11, 3, 1, ["a"]) == (judge.entries, judge.checkpoints, judge.unsigned, judge.tenants)


async def test_an_empty_journal_holds(archive: Archive) -> None:
    await archive.note(1, "b")
    lines = [json.loads(line) for line in await archive.lines("a")]

    assert [] == judged(lines).faults


@pytest.mark.parametrize(("first", "last"), [(1, 3), (3, 6), (5, 8), (6, 11), (11, 11), (2, 2)])
async def test_a_period_holds_and_is_signed(archive: Archive, first: int, last: int) -> None:
    begin = archive.clock.now_us()
    await archive.note(11)
    await archive.notary.catch_up()
    wanted = Period("x", begin + first * 1_000_000, begin + (last + 1) * 1_000_000)
    lines = [json.loads(line) for line in await archive.lines("a", wanted)]
    judge = judged(lines)

    assert ([], 0, last - first + 1) == (judge.faults, judge.unsigned, judge.entries)
    assert list(range(first, last + 1)) == [one["seq"] for one in lines if one["type"] == "entry"]


async def test_a_new_key_signs_on_and_both_are_trusted(archive: Archive) -> None:
    await archive.note(4)
    await archive.notary.catch_up()
    await archive.keys.renew("m.sommer")
    await archive.note(4)
    await archive.notary.catch_up()
    lines = [json.loads(line) for line in await archive.lines()]

    assert 2 == len({line["key_id"] for line in lines if line["type"] == "checkpoint"})
    assert [] == judged(lines).faults


def rechained(lines: list[Line], start: int) -> None:
    """Make every hash fit again from an entry on, as whoever owns the database could."""
    previous = ""
    for line in lines:
        if line["type"] == "entry" and line["seq"] >= start:
            line["previous"] = previous or line["previous"]
            line["hash"] = entry_hash(line)
        if line["type"] == "entry":
            previous = line["hash"]
    of(lines, "journal")["head"]["hash"] = previous


def resigned(lines: list[Line], key: Ed25519PrivateKey) -> None:
    """Sign every checkpoint anew with another key that bears the name of ours."""
    for line in lines:
        if line["type"] == "checkpoint":
            line["signature"] = key.sign(statement(line)).hex()


def changed(kind: str, number: int, **values: Any) -> Plant:
    return lambda lines: of(lines, kind, number).update(values)


def changed_and_rechained(lines: list[Line]) -> None:
    entry(lines, 6)["action"] = "closed"
    rechained(lines, 6)


def changed_and_everything_made_to_fit(lines: list[Line]) -> None:
    """Only the signatures cannot be made again."""
    changed_and_rechained(lines)
    run, before = [], None
    for line in lines:
        if line["type"] == "entry":
            run.append(line["hash"])
        elif line["type"] == "checkpoint":
            line["root"], line["head"], run = verify_journal.root(run), run[-1], []
            line["previous"] = digest(before) if before else "0" * 64
            before = line


def signed_with_a_foreign_key(lines: list[Line]) -> None:
    changed_and_everything_made_to_fit(lines)
    resigned(lines, FOREIGN)


def brought_its_own_key(lines: list[Line]) -> None:
    """A whole forged export, consistent in itself."""
    key_id = verify_journal.hashlib.sha256(FOREIGN_PUBLIC).hexdigest()
    for line in lines:
        if line["type"] == "checkpoint":
            line["key_id"] = key_id
    signed_with_a_foreign_key(lines)
    lines.insert(1, {"type": "key", "id": key_id, "public": FOREIGN_PUBLIC.hex()})


def without(*chosen: tuple[str, int]) -> Plant:
    def plant(lines: list[Line]) -> list[Line]:
        gone = [of(lines, kind, number) for kind, number in chosen]
        return [line for line in lines if not any(line is one for one in gone)]

    return plant


def swapped(kind: str, first: int, second: int) -> Plant:
    def plant(lines: list[Line]) -> None:
        a, b = of(lines, kind, first), of(lines, kind, second)
        i, j = lines.index(a), lines.index(b)
        lines[i], lines[j] = b, a

    return plant


def doubled(lines: list[Line]) -> list[Line]:
    at = lines.index(entry(lines, 5))
    return [*lines[:at], lines[at], *lines[at:]]


def tail_cut_with_its_head(lines: list[Line]) -> list[Line]:
    """The newest entries are gone, and the head was set back to what is left."""
    left = [one for one in lines if one["type"] != "entry" or one["seq"] <= 6]
    of(left, "journal")["head"] = {"seq": 6, "hash": entry(left, 6)["hash"]}
    of(left, "end")["entries"] = 6
    return left


def inserted(lines: list[Line]) -> list[Line]:
    at = lines.index(entry(lines, 6))
    extra = {**lines[at], "action": "forged", "previous": lines[at - 1]["hash"]}
    extra["hash"] = entry_hash(extra)
    return [*lines[:at], extra, *lines[at:]]


def renumbered_after_removal(lines: list[Line]) -> list[Line]:
    left = [one for one in lines if one["type"] != "entry" or one["seq"] != 6]
    for one in left:
        if one["type"] == "entry" and one["seq"] > 6:
            one["seq"] -= 1
    of(left, "journal")["head"]["seq"] -= 1
    of(left, "end")["entries"] -= 1
    rechained(left, 6)
    return left


PLANTED: dict[str, tuple[str, Plant]] = {
    "an entry is missing": ("Eintrag 5 fehlt", without(("entry", 4))),
    "the first entry is missing": ("Eintrag 1 fehlt", without(("entry", 0))),
    "the last entry is missing": ("Kettenende", without(("entry", 10))),
    "entries and their head are cut off": ("Einträge bis 8 fehlen", tail_cut_with_its_head),
    "two entries are swapped": ("steht nicht an der Reihe", swapped("entry", 4, 5)),
    "an entry stands twice": ("steht nicht an der Reihe", doubled),
    "an entry was put in": ("steht nicht an der Reihe", inserted),
    "an entry was taken out and the rest renumbered": ("Prüfpunkt 2", renumbered_after_removal),
    "an actor was changed": ("Inhalt wurde verändert", changed("entry", 5, actor="m.sommer")),
    "a fact was changed": ("Inhalt wurde verändert", changed("entry", 5, facts="{}")),
    "a time was changed": ("Inhalt wurde verändert", changed("entry", 5, at_us=1)),
    "a digest was put in": ("Inhalt wurde verändert", changed("entry", 5, digest="0" * 64)),
    "a field was added": ("Inhalt wurde verändert", changed("entry", 5, extra=1)),
    "an entry is another office's": ("anderen Mandanten", changed("entry", 5, tenant="b")),
    "a hash was changed": ("Inhalt wurde verändert", changed("entry", 5, hash="0" * 64)),
    "a link was changed": ("Verkettung", changed("entry", 5, previous="0" * 64)),
    "the start was changed": ("Anfang der Kette", changed("journal", 0, previous="1" * 64)),
    "an entry was changed and the chain made to fit": ("unterschriebene", changed_and_rechained),
    "everything was made to fit but the signatures": (
        "Unterschrift stimmt nicht", changed_and_everything_made_to_fit),
    "checkpoints were signed with a foreign key": (
        "Unterschrift stimmt nicht", signed_with_a_foreign_key),
    "an export brings a foreign key along": ("fremdem Schlüssel", brought_its_own_key),
    "a checkpoint is missing": ("folgt nicht auf Prüfpunkt 1", without(("checkpoint", 1))),
    "two checkpoints are swapped": ("Prüfpunkt 3", swapped("checkpoint", 1, 2)),
    "a checkpoint names another root": ("andere Einträge", changed("checkpoint", 1, root="0" * 64)),
    "a checkpoint names another head": ("unterschriebene", changed("checkpoint", 1, head="0" * 64)),
    "a checkpoint names another time": ("Unterschrift", changed("checkpoint", 1, at_us=1)),
    "a checkpoint is another office's": ("anderen Mandanten", changed("checkpoint", 1, tenant="b")),
    "a signature is empty": ("Unterschrift", changed("checkpoint", 1, signature="")),
    "a signature is no text": ("Unterschrift", changed("checkpoint", 1, signature=None)),
    "a key is not the one of its name": (
        "Fingerabdruck", changed("key", 0, public=FOREIGN_PUBLIC.hex())),
    "the end is missing": ("kein Ende", without(("end", 0))),
    "the end counts wrongly": ("gezählt wurden 11", changed("end", 0, entries=10)),
    "a line is of no known kind": ("unbekannte Zeile", changed("entry", 5, type="note")),
    "a line lacks what it must say": ("nicht lesbar", lambda ls: entry(ls, 5).pop("hash") and None),
}  # fmt: skip


@pytest.mark.parametrize("fault", PLANTED)
async def test_a_planted_fault_is_reported(lines: list[Line], fault: str) -> None:
    said, plant = PLANTED[fault]
    published = keys_in(lines)
    planted = plant(lines)
    judge = judged(lines if planted is None else planted, published)

    assert [one for one in judge.faults if said in one], judge.faults


async def test_a_chain_written_anew_contradicts_the_anchor(archive: Archive) -> None:
    """Whoever owns database and key can sign another history, but not the one kept outside."""
    await archive.note(8)
    await archive.notary.catch_up()
    kept = [json.loads(one) for one in (archive.folder / "a.jsonl").read_text().splitlines()]
    anchors = [one for one in kept if one["type"] == "checkpoint"]
    await archive.tamper("DELETE FROM journal", "DELETE FROM journal_head",
                         "DELETE FROM checkpoint")  # fmt: skip
    await archive.note(9, actor="somebody")
    await archive.notary.catch_up()
    lines = [json.loads(line) for line in await archive.lines()]

    assert [] == judged(lines).faults
    assert ["a: Hinterlegter Prüfpunkt 1: Eintrag 4 ist nicht der hinterlegte",
            "a: Hinterlegter Prüfpunkt 2: Eintrag 8 ist nicht der hinterlegte"] == judged(
        lines, anchors=anchors).faults  # fmt: skip


async def test_entries_cut_off_with_their_checkpoints_contradict_the_anchor(
    archive: Archive,
) -> None:
    await archive.note(8)
    await archive.notary.catch_up()
    kept = [json.loads(one) for one in (archive.folder / "a.jsonl").read_text().splitlines()]
    await archive.tamper(
        "DELETE FROM journal WHERE seq > 4", "DELETE FROM checkpoint WHERE number > 1",
        "UPDATE journal_head SET seq = 4, hash = (SELECT hash FROM journal WHERE seq = 4)",
    )  # fmt: skip
    lines = [json.loads(line) for line in await archive.lines()]
    anchors = [one for one in kept if one["type"] == "checkpoint"]

    assert [] == judged(lines).faults
    assert ["a: Hinterlegter Prüfpunkt 2: Einträge bis 8 fehlen, der letzte ist 4"] == judged(
        lines, anchors=anchors
    ).faults


@pytest.fixture(scope="module")
def signer() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@given(said=st.binary(max_size=64), place=st.integers(0, 63), bit=st.integers(0, 7))
@settings(max_examples=25, deadline=None)
def test_the_signature_formulas_agree_with_the_library(said: bytes, place: int, bit: int) -> None:
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    signature = key.sign(said)
    flipped = bytearray(signature)
    flipped[place] ^= 1 << bit

    assert is_signed(public, said, signature.hex())
    assert not is_signed(public, said + b"!", signature.hex())
    assert not is_signed(public, said, flipped.hex())


@pytest.mark.parametrize("raw", [b"", b"\xff" * 32, b"\x00" * 31, (2**255 - 19).to_bytes(32)])
def test_what_is_no_key_signs_nothing(raw: bytes) -> None:
    assert not is_signed(raw.hex(), b"said", FOREIGN.sign(b"said").hex())


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(VALUES)
def test_its_canonical_json_reads_back(value: object) -> None:
    assert value == json.loads(canonical(value))


def run(*call: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(call, capture_output=True, text=True, check=False)


async def test_it_runs_alone_with_nothing_but_python(archive: Archive, tmp_path: Path) -> None:
    await archive.note(5)
    await archive.notary.catch_up()
    folder = tmp_path / "export"
    folder.mkdir()
    export, alone = folder / "a.jsonl", tmp_path / "alone.py"
    export.write_text("\n".join(await archive.lines()) + "\n", encoding="utf-8")
    shutil.copyfile(verify_journal.__file__, alone)
    key = archive.folder / "a.jsonl"
    call = [sys.executable, "-I", "-S", str(alone), str(folder), "--key", str(key), "--anchor",
            str(key)]  # fmt: skip
    good = run(*call)
    export.write_text(export.read_text().replace('"actor": "hub"', '"actor": "x"', 1))
    bad, gone = run(*call, "--json"), run(*call[:4], "missing")

    assert (0, "5 Einträge geprüft, 0 Fehler.") == (good.returncode, good.stdout.splitlines()[0])
    assert (1, False) == (bad.returncode, json.loads(bad.stdout)["intact"])
    assert (2, "") == (gone.returncode, gone.stdout)
