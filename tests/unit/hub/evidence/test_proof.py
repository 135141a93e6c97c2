"""A transmission proof says all of its message, nothing of others, and can be judged alone."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from hub.core.errors import NotChecked, Rejected
from hub.evidence.proof import Proof, Subject, gather
from hub.store.database import Transaction
from hub.store.journal import Journal
from hub.store.messages import Messages, Step
from hub.verifier.verify_journal import Judge, entry_hash
from tests.evidence_house import Archive, no_archives
from tests.factories import make_message

BOOK = Messages(Journal("hub-1"))
CASE = "UV-77001"


def play(tx: Transaction) -> None:
    """Two messages of one case, one caused by the other, between those of strangers."""
    sent = make_message(id="m-1", case_key=CASE, tenant="a")
    answer = make_message(id="m-2", case_key=CASE, tenant="a", causation_id="m-1")
    tx.run(
        "INSERT INTO credential (id, tenant, channel, sender, kind, digest, created_us, "
        "expires_us) VALUES ('c-1', 'a', 'x', 'fv-1', 'certificate', 'abcd', 0, 1)"
    )
    for number in range(3):
        BOOK.add(tx, make_message(id=f"s-{number}", case_key="UV-1", tenant="a"), "received", 1)
    BOOK.add(tx, sent, "received", 2, sender="fv-1", credential="c-1")
    BOOK.add(tx, make_message(id="s-9", case_key="UV-2", tenant="b"), "received", 2)
    BOOK.note(tx, sent, 3, "checked", step=Step(facts={"verdict": "passed"}))
    BOOK.add(tx, make_message(id="s-3", case_key="UV-1", tenant="a"), "received", 3)
    BOOK.move(tx, sent, "routed", 4)
    BOOK.add(tx, answer, "received", 5)
    BOOK.move(tx, sent, "closed", 6)


@pytest.fixture
async def played(archive: Archive) -> Archive:
    await archive.database.write(play)
    await archive.notary.catch_up()
    return archive


async def proof_of(archive: Archive, subject: Subject) -> Proof:
    signer, now_us = await archive.keys.active(), archive.clock.now_us()
    proof = await archive.database.scan(lambda tx: gather(tx, subject, signer, now_us, no_archives))
    # As it lies in the file.
    read: Proof = json.loads(json.dumps(proof))
    return read


def judged(proof: Proof, trusted: dict[str, str] | None = None) -> list[str]:
    judge = Judge(trusted, [])
    judge.read([json.dumps(proof)])
    return judge.faults


async def test_a_proof_of_a_message_holds_and_tells_all_of_it(played: Archive) -> None:
    proof = await proof_of(played, Subject("a", message_id="m-1"))

    assert [] == judged(proof)
    assert ["received", "checked", "routed", "received", "closed"] == [
        one["entry"]["action"] for one in proof["entries"]
    ]
    assert ["m-1", "m-2"] == [row["id"] for row in proof["messages"]]
    assert [("c-1", "abcd")] == [(row["id"], row["digest"]) for row in proof["credentials"]]


async def test_a_proof_of_a_case_holds_all_its_messages(played: Archive) -> None:
    proof = await proof_of(played, Subject("a", case_key=CASE))

    assert [] == judged(proof)
    assert {"m-1", "m-2"} == {one["entry"]["message_id"] for one in proof["entries"]}
    assert 5 == len(proof["entries"])


async def test_nothing_of_others_is_in_it(played: Archive) -> None:
    text = json.dumps(await proof_of(played, Subject("a", case_key=CASE)))

    assert [] == [word for word in ("s-0", "s-3", "s-9", "UV-1", "UV-2") if f'"{word}"' in text]


@pytest.mark.parametrize(
    "subject",
    [Subject("a", message_id="m-9"), Subject("b", message_id="m-1"), Subject("b", case_key=CASE)],
)
async def test_of_what_an_office_does_not_have_there_is_no_proof(
    played: Archive, subject: Subject
) -> None:
    with pytest.raises(Rejected, match="nothing_to_prove"):
        await proof_of(played, subject)


async def test_what_is_not_signed_yet_is_not_proven(archive: Archive) -> None:
    await archive.database.write(play)

    with pytest.raises(NotChecked, match="entry_not_signed"):
        await proof_of(archive, Subject("a", message_id="m-1"))


async def test_another_installations_key_is_told(played: Archive) -> None:
    proof = await proof_of(played, Subject("a", message_id="m-1"))

    assert [one for one in judged(proof, {"0" * 64: "11" * 32}) if "fremdem Schlüssel" in one]


def changed_entry(**values: Any) -> Callable[[Proof], object]:
    return lambda proof: proof["entries"][1]["entry"].update(values)


def changed_and_made_to_fit(proof: Proof) -> None:
    entry = proof["entries"][1]["entry"]
    entry["facts"] = '{"verdict":"failed"}'
    entry["hash"] = entry_hash(entry)


def turn_a_step(proof: Proof) -> None:
    step = proof["entries"][1]["path"][0]
    step[0] = {"left": "right", "right": "left"}[step[0]]


PLANTED: dict[str, tuple[str, Callable[[Proof], object]]] = {
    "an entry was changed": ("Inhalt wurde verändert", changed_entry(facts="{}")),
    "an entry was changed with its hash": ("steht nicht unter", changed_and_made_to_fit),
    "an entry is another office's": ("anderen Mandanten", changed_entry(tenant="b")),
    "an entry was left out": ("Unterschrift des Nachweises", lambda p: p["entries"].pop(1)),
    "an entry lost its path": ("steht nicht unter", lambda p: p["entries"][1].update(path=[])),
    "a side of a path was changed": (
        "steht nicht unter", turn_a_step),
    "a checkpoint is missing": ("Prüfpunkt dazu fehlt", lambda p: p["checkpoints"].clear()),
    "a checkpoint was changed": (
        "Unterschrift stimmt nicht", lambda p: p["checkpoints"][0].update(at_us=1)),
    "a checkpoint is another office's": (
        "der Prüfpunkt dazu fehlt", lambda p: p["checkpoints"][0].update(tenant="b")),
    "a file name was changed": (
        "Unterschrift des Nachweises", lambda p: p["messages"][0].update(original_name="x")),
    "the day of issue was changed": ("Unterschrift des Nachweises", lambda p: p.update(made_us=1)),
    "the signature is another's": (
        "Unterschrift des Nachweises", lambda p: p.update(signature="00" * 64)),
    "the keys are missing": ("fremdem Schlüssel", lambda p: p["keys"].clear()),
    "it is not whole": ("nicht lesbar", lambda p: p.pop("entries")),
}  # fmt: skip


@pytest.mark.parametrize("fault", PLANTED)
async def test_a_planted_fault_is_reported(played: Archive, fault: str) -> None:
    said, plant = PLANTED[fault]
    proof = await proof_of(played, Subject("a", message_id="m-1"))
    plant(proof)

    assert [one for one in judged(proof) if said in one], judged(proof)
