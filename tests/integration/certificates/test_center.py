import asyncio
import ssl
import time
from datetime import timedelta
from pathlib import Path

import pytest

from hub.certificates.center import CertificateCenter, judgement_in_time
from hub.certificates.rotation import State
from hub.certificates.validation import Judgement, Verdict
from hub.core.clock import FixedClock
from hub.core.errors import Conflict, Misconfigured, NotChecked, Rejected
from hub.store.migrate import hub_migrations, migrate
from hub.store.sqlite import SqliteDatabase
from tests.pki import DAY, NOW, Authority, pem, root

KEK = bytes(range(32))
SUBJECT = {"country": "DE", "organization": "Musterkreis", "common_name": "uvg.musterkreis.example"}
CA = root()


@pytest.fixture
async def database(tmp_path):
    database = SqliteDatabase(tmp_path / "hub.db")
    await migrate(database, hub_migrations(), 0)
    yield database
    database.close()


@pytest.fixture
def clock():
    return FixedClock()


@pytest.fixture
def center(database, clock, tmp_path):
    return CertificateCenter(database, KEK, clock, tmp_path / "certs")


async def imported(center: CertificateCenter, tenant="musterkreis", ca: Authority = CA, days=90):
    _, request = await center.request(tenant, "azr", SUBJECT)
    return await center.import_certificate(ca.answer(request.read_bytes(), NOW + days * DAY))


async def activated(center: CertificateCenter, tenant="musterkreis", days=90):
    await center.trust("azr", CA.pem)
    certificate = await imported(center, tenant, days=days)
    return await center.activate(certificate.id, "admin")


async def test_a_request_becomes_an_active_certificate(center, tmp_path):
    certificate_id, request = await center.request("musterkreis", "azr", SUBJECT)
    assert request.parent == tmp_path / "certs" / "requests"
    certificate = await center.import_certificate(CA.answer(request.read_bytes()))
    await center.trust("azr", CA.pem)

    active = await center.activate(certificate.id, "admin")

    assert certificate_id == active.id
    assert active.state is State.ACTIVE
    assert active.not_after_us == FixedClock().at_us + 90 * 86_400_000_000
    assert active.issuer == "CN=Test-CA"
    assert (tmp_path / "certs" / "issued" / f"{active.id}.pem").exists()
    assert [step["to_state"] for step in await center.history(active.id)] == [
        "requested",
        "imported",
        "active",
    ]


async def test_no_private_key_ever_lies_in_clear(center, tmp_path):
    await activated(center)
    await center.client_context("musterkreis", "azr")

    written = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert b"PRIVATE KEY" not in written
    # id-ecPublicKey with prime256v1 stands in plain PKCS#8, followed by the octet string.
    assert bytes.fromhex("301306072a8648ce3d020106082a8648ce3d03010704") not in written


async def test_a_certificate_of_an_unknown_key_is_refused(center):
    with pytest.raises(Rejected, match="certificate_key_unknown"):
        await center.import_certificate(pem(CA.leaf()))


async def test_a_request_is_answered_once(center):
    _, request = await center.request("musterkreis", "azr", SUBJECT)
    answer = CA.answer(request.read_bytes())
    await center.import_certificate(answer)

    with pytest.raises(Conflict, match="certificate_step_impossible"):
        await center.import_certificate(answer)


async def test_an_ended_certificate_is_not_taken_in(center):
    _, request = await center.request("musterkreis", "azr", SUBJECT)

    with pytest.raises(Rejected, match="certificate_unfit"):
        await center.import_certificate(CA.answer(request.read_bytes(), NOW - timedelta(hours=1)))


async def test_a_successor_is_taken_in_early_but_not_activated_before_its_time(center, clock):
    await center.trust("azr", CA.pem)
    _, request = await center.request("musterkreis", "azr", SUBJECT)
    answer = CA.answer(request.read_bytes(), begin=NOW + DAY)
    certificate = await center.import_certificate(answer)

    with pytest.raises(Rejected, match="certificate_unfit"):
        await center.activate(certificate.id, "admin")

    clock.advance(86_401)
    assert State.ACTIVE is (await center.activate(certificate.id, "admin")).state


@pytest.mark.parametrize(
    ("tenant", "partner"), [("../up", "azr"), ("musterkreis", "a/b"), ("", "azr")]
)
async def test_names_never_become_paths(center, tenant, partner):
    with pytest.raises(Rejected, match="partner_name_invalid"):
        await center.request(tenant, partner, SUBJECT)


async def test_a_new_kek_replaces_the_old_one(center, database, clock, tmp_path):
    await activated(center)
    successor = bytes(range(32, 64))

    assert 1 == await center.change_kek(successor)

    renewed = CertificateCenter(database, successor, clock, tmp_path / "certs")
    assert await renewed.client_context("musterkreis", "azr")
    with pytest.raises(Misconfigured, match="key_unreadable"):
        await center.client_context("musterkreis", "azr")


async def test_nothing_is_activated_that_the_partner_would_not_trust(center):
    await center.trust("azr", root("Other").pem)
    certificate = await imported(center)

    with pytest.raises(Rejected, match="certificate_unfit"):
        await center.activate(certificate.id, "admin")

    assert (await center.show(certificate.id)).state is State.IMPORTED


async def test_what_could_not_be_checked_needs_a_human_word(center):
    certificate = await imported(center)

    with pytest.raises(NotChecked, match="certificate_undecidable"):
        await center.activate(certificate.id, "admin")

    confirmed = await center.activate(certificate.id, "admin", even_undecidable=True)
    assert confirmed.state is State.ACTIVE


async def test_the_successor_replaces_and_the_former_can_be_rolled_back_to(center):
    former = await activated(center)
    successor = await activated(center)

    assert successor.replaces == former.id
    assert (await center.show(former.id)).state is State.RETIRING
    await center.activate(former.id, "admin")
    assert (await center.show(former.id)).state is State.ACTIVE
    assert (await center.show(successor.id)).state is State.RETIRING


async def test_each_slot_has_one_active_certificate_even_in_a_race(center):
    first, second = await activated(center), await activated(center)
    both = [center.activate(first.id, "a"), center.activate(second.id, "b")]
    await asyncio.gather(*both, return_exceptions=True)

    states = [certificate.state for certificate in await center.all()]
    assert states.count(State.ACTIVE) == 1


async def test_the_context_stays_until_the_certificate_changes(center):
    await activated(center)
    first = await center.client_context("musterkreis", "azr")
    assert first is await center.client_context("musterkreis", "azr")

    await activated(center)

    assert first is not await center.client_context("musterkreis", "azr")


async def test_the_context_changes_with_the_anchors(center):
    await activated(center)
    first = await center.client_context("musterkreis", "azr")

    await center.trust("azr", CA.pem + root("Neue CA").pem)

    assert first is not await center.client_context("musterkreis", "azr")


async def test_the_context_trusts_the_partners_anchors_only(center):
    await activated(center)

    context = await center.client_context("musterkreis", "azr")

    assert len(context.get_ca_certs()) == 1
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert not context.hostname_checks_common_name
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


async def test_one_office_never_speaks_with_the_certificate_of_another(center):
    await activated(center, "musterkreis")

    with pytest.raises(Misconfigured, match="certificate_missing"):
        await center.client_context("nachbarkreis", "azr")


async def test_a_key_row_given_to_another_office_does_not_open(center, database):
    await activated(center, "musterkreis")
    await database.write(lambda tx: tx.run("UPDATE certificate SET tenant = 'nachbarkreis'"))
    await database.write(lambda tx: tx.run("UPDATE private_key SET tenant = 'nachbarkreis'"))

    with pytest.raises(Misconfigured, match="key_unreadable"):
        await center.client_context("nachbarkreis", "azr")


async def test_an_ended_certificate_opens_nothing(center, clock):
    await activated(center, days=1)
    clock.advance(2 * 86_400)

    with pytest.raises(Misconfigured, match="certificate_expired"):
        await center.client_context("musterkreis", "azr")


async def test_a_revoked_certificate_stops_at_once(center):
    certificate = await activated(center)
    await center.client_context("musterkreis", "azr")

    await center.revoke(certificate.id, "admin")

    with pytest.raises(Misconfigured, match="certificate_missing"):
        await center.client_context("musterkreis", "azr")


async def test_without_anchors_no_connection_is_opened(center, tmp_path):
    await activated(center)
    (tmp_path / "certs" / "trust" / "azr.pem").unlink()

    with pytest.raises(Misconfigured, match="trust_missing"):
        await center.client_context("musterkreis", "azr")


async def test_the_active_certificate_is_not_retired_by_mistake(center):
    certificate = await activated(center)

    with pytest.raises(Conflict):
        await center.retire(certificate.id)


async def test_certificates_that_end_soon_are_named_but_not_their_predecessors(center):
    former = await activated(center, days=10)
    assert [one.id for one in await center.expiring(30)] == [former.id]

    await activated(center, days=90)

    assert await center.expiring(30) == []


async def test_the_inventory_can_be_asked_per_office(center):
    await imported(center, "musterkreis")
    await imported(center, "nachbarkreis")

    assert [one.tenant for one in await center.all("nachbarkreis")] == ["nachbarkreis"]
    assert len(await center.all()) == 2


async def test_last_use_is_kept(center, clock):
    certificate = await activated(center)
    assert (await center.show(certificate.id)).last_used_us is None

    await center.client_context("musterkreis", "azr")

    assert (await center.show(certificate.id)).last_used_us == clock.now_us()


async def test_a_check_answers_for_a_partner(center):
    await center.trust("azr", CA.pem)

    assert Verdict.ACCEPT is (await center.check(pem(CA.leaf()), "azr")).verdict
    assert Verdict.REFUSE is (await center.check(pem(root().leaf()), "azr")).verdict
    assert Verdict.UNDECIDABLE is (await center.check(pem(CA.leaf()), "ihv")).verdict


async def test_a_check_that_takes_too_long_decides_nothing():
    def slow() -> Judgement:
        time.sleep(0.2)
        return Judgement(Verdict.ACCEPT)

    assert Verdict.UNDECIDABLE is (await judgement_in_time(slow, 0.01)).verdict


async def test_an_unknown_id_says_so(center):
    with pytest.raises(Rejected, match="certificate_unknown"):
        await center.show("nothing")


async def test_two_centers_with_one_database_agree(center, database, clock, tmp_path: Path):
    certificate = await activated(center)
    other = CertificateCenter(database, KEK, clock, tmp_path / "certs")

    assert certificate == await other.show(certificate.id)
    assert isinstance(await other.client_context("musterkreis", "azr"), ssl.SSLContext)
