"""Notes are those of C2SP, in one form only."""

from __future__ import annotations

import base64

import pytest

from efile.integrity import note
from efile.integrity.note import Checkpoint
from tests.signing import SIGNING

KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
"""The example key of the first implementation of signed notes, in Go."""
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
STAMP = (
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
)
HEAD = Checkpoint("aktenhub/efile/muster", 5, bytes(32), "2026-11-22T10:00:00Z")


async def signed() -> bytes:
    public, signature = await SIGNING.sign(HEAD.text().encode())
    return note.signed(HEAD, public, signature)


def test_a_key_is_named_as_other_programs_name_it() -> None:
    public = base64.b64decode(KEY.rpartition("+")[2])[1:]

    assert KEY == note.verifier_key("PeterNeumann", public)
    assert public == note.public_of(KEY.encode(), "PeterNeumann")
    assert note.public_of(KEY.encode(), "SomebodyElse") is None
    assert note.public_of(b"PeterNeumann+c74f20a3+?", "PeterNeumann") is None


def test_a_signature_is_made_over_what_other_programs_sign() -> None:
    public = base64.b64decode(KEY.rpartition("+")[2])[1:]
    stamp = base64.b64decode(STAMP)

    assert note.key_hash("PeterNeumann", public) == stamp[:4]
    assert SIGNING.is_signed(public, TEXT.encode(), stamp[4:])


async def test_a_note_is_read_as_it_was_written() -> None:
    found = note.read(await signed())

    assert found.checkpoint == HEAD
    assert SIGNING.is_signed(SIGNING.public, HEAD.text().encode(), found.signature)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n5\n", "\n05\n"),
        ("\n5\n", "\nfive\n"),
        ("time ", "zeit "),
        ("\n\n", "\nmore\n\n"),
        ("— aktenhub/efile/muster", "— aktenhub/efile/andere"),
        ("\n5\n", "\n5\r\n"),
        ("\n\n", "\n"),
    ],
)
async def test_another_form_is_refused(old: str, new: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        note.read((await signed()).replace(old.encode(), new.encode()))


async def test_a_cut_note_is_refused() -> None:
    whole = await signed()
    for length in range(len(whole)):
        with pytest.raises(ValueError, match=r"."):
            note.read(whole[:length])
