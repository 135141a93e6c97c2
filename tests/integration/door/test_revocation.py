"""What a CA revoked is turned away with a reason and noted, also on a standing connection."""

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from hub.certificates.revocation.lists import Standing
from tests.door import SENDER_CA, DoorStep, Sender, open_door, until
from tests.pki import DAY, NOW, Authority

OWN = SENDER_CA.issue_cert("fv.example")
LEAF = x509.load_pem_x509_certificate(OWN.cert_chain_pems[0].bytes())
SERIAL, SHOWN = LEAF.serial_number, LEAF.public_bytes(Encoding.DER)
CA = Authority(
    x509.load_pem_x509_certificate(SENDER_CA.cert_pem.bytes()),
    load_pem_private_key(SENDER_CA.private_key_pem.bytes(), None),  # type: ignore[arg-type]  # a key that signs
)
BODY = b"<nachricht/>"
STALE = CA.revoked(begin=NOW - 9 * DAY, end=NOW - DAY)


async def bound(step: DoorStep) -> Sender:
    await step.bind(OWN)
    return step.sender(own=OWN)


def bring(folder: Path, data: bytes) -> None:
    shelf = folder / "crl"
    shelf.mkdir(exist_ok=True)
    (shelf / ".new").write_bytes(data)
    (shelf / ".new").rename(shelf / "ca.crl")


async def looks(step: DoorStep) -> list[tuple[str, ...]]:
    rows = await step.world.rows("SELECT actor, action, result FROM access_log ORDER BY seq")
    return [tuple(row.values()) for row in rows]


async def test_a_revoked_certificate_is_turned_away_on_the_same_connection(tmp_path: Path) -> None:
    bring(tmp_path, CA.revoked())
    async with open_door(tmp_path, crls="crl") as step:
        sender = await bound(step)
        before = await sender.post(BODY)
        bring(tmp_path, CA.revoked(SERIAL, begin=NOW))
        refresh = step.door.revocation
        assert refresh is not None
        await until(lambda: refresh.standing(SHOWN) is Standing.REVOKED)
        after = await sender.post(BODY, key="k-2")

        assert (202, 403, "certificate_revoked") == (before.status, after.status, after.code)
        assert [("sender:fv", "revoked_shown", "refused")] == await looks(step)
        assert 1 == len(await step.world.messages())


@pytest.mark.parametrize(
    ("rule", "status", "noted"),
    [("refuse", 503, [("sender:fv", "unchecked_shown", "refused")]), ("accept", 202, [])],
)
async def test_without_a_current_list_the_rule_decides(
    tmp_path: Path, rule: str, status: int, noted: list[tuple[str, ...]]
) -> None:
    bring(tmp_path, STALE)
    async with open_door(tmp_path, crls="crl", stale_crl=rule) as step:
        answer = await (await bound(step)).post(BODY)

        assert status == answer.status
        assert noted == await looks(step)
        if status == 503:
            assert "revocation_unknown" == answer.code
            assert int(answer.headers["Retry-After"]) > 0


async def test_a_token_is_judged_by_itself(tmp_path: Path) -> None:
    async with open_door(tmp_path, crls="crl") as step:
        answer = await (await step.with_token()).post(BODY)

    assert 202 == answer.status
