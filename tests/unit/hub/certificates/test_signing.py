"""The signing key is made once, replaced by command, and never forgotten."""

import hashlib

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hub.certificates.signing import SigningKeys, public_keys
from hub.core.errors import Misconfigured
from tests.evidence_house import Archive, open_archive


@pytest.fixture
async def archive(tmp_path):
    async with open_archive(tmp_path) as opened:
        yield opened


async def test_the_first_use_makes_the_key_and_later_ones_find_it(archive: Archive) -> None:
    first, again = await archive.keys.active(), await archive.keys.active()

    assert first.key_id == again.key_id == hashlib.sha256(bytes.fromhex(first.public)).hexdigest()
    assert 1 == len(await archive.database.read(public_keys))


async def test_what_is_signed_can_be_checked_with_the_public_key(archive: Archive) -> None:
    signer = await archive.keys.active()
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signer.public))

    public.verify(bytes.fromhex(signer.sign(b"said")), b"said")
    with pytest.raises(InvalidSignature):
        public.verify(bytes.fromhex(signer.sign(b"said")), b"unsaid")


async def test_a_renewed_key_replaces_the_one_before_which_stays_known(archive: Archive) -> None:
    before = await archive.keys.active()
    after = await archive.keys.renew("m.sommer")

    assert after.key_id == (await archive.keys.active()).key_id != before.key_id
    assert {before.key_id: True, after.key_id: False} == {
        row["id"]: row["retired_us"] is not None for row in await archive.database.read(public_keys)
    }


async def test_another_kek_does_not_open_the_key(archive: Archive) -> None:
    await archive.keys.active()

    with pytest.raises(Misconfigured, match="key_unreadable"):
        await SigningKeys(archive.database, bytes(32), archive.clock).active()


async def test_the_key_lies_sealed_in_the_database(archive: Archive) -> None:
    await archive.keys.active()
    [row] = await archive.rows("SELECT * FROM private_key")

    assert ("", "sign-journal", "ed25519") == (row["tenant"], row["purpose"], row["algorithm"])
    assert 2 == len({row["sealed"], row["wrapped_dek"]})
