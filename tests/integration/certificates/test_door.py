"""The certificate of our own door: from the central store or from files, exchanged while open."""

import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from hub.certificates.center import CertificateCenter
from hub.certificates.chains import fingerprint, read_chain
from hub.certificates.door import DoorContexts
from hub.core.clock import FixedClock, SystemClock
from hub.core.errors import Misconfigured, Rejected
from hub.simulators.ca.authority import RootAuthority, create, sign_request
from hub.store.migrate import hub_migrations, migrate
from hub.store.senders import credentials
from hub.store.senders.credentials import Credential
from hub.store.sqlite import SqliteDatabase
from tests.pki import pem

SUBJECT = {"country": "DE", "organization": "Musterkreis", "common_name": "hub.example"}
NAMES = ("hub.example", "hub2.example")


@dataclass
class Store:
    """A certificate store and the CA that signs its requests."""

    center: CertificateCenter
    database: SqliteDatabase
    authority: RootAuthority

    async def activated(self) -> str:
        identity, request = await self.center.request_server(NAMES, SUBJECT)
        signed = sign_request(self.authority, request.read_bytes(), "server", 90)
        await self.center.import_certificate(pem(signed))
        await self.center.activate(identity, "betrieb")
        return identity

    @property
    def contexts(self) -> DoorContexts:
        return self.center.door_contexts(None)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    database = SqliteDatabase(tmp_path / "hub.db")
    await migrate(database, hub_migrations(), 0)
    center = CertificateCenter(database, bytes(32), SystemClock(), tmp_path / "certs")
    yield Store(center, database, create(tmp_path / "ca", "Test-CA", "ec-p256", 3650))
    database.close()


def greet(
    server: ssl.SSLContext, authority: RootAuthority, name: str, own: trustme.LeafCert | None = None
) -> dict[str, object] | None:
    """Shake hands in memory; return the client certificate the door saw."""
    client = ssl.create_default_context(cadata=pem(authority.certificate).decode())
    if own:
        own.configure_cert(client)
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client.wrap_bio(down, up, server_hostname=name)
    theirs = server.wrap_bio(up, down, server_side=True)
    for side in (ours, theirs, ours, theirs):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    return theirs.getpeercert()


@pytest.mark.parametrize("name", NAMES)
async def test_a_certificate_from_the_store_opens_the_door_under_its_names(store: Store, name: str):
    await store.activated()
    shown = await store.contexts.current()

    assert not greet(shown.context, store.authority, name)


async def test_it_is_for_no_other_name(store: Store):
    await store.activated()
    shown = await store.contexts.current()

    with pytest.raises(ssl.SSLCertVerificationError):
        greet(shown.context, store.authority, "elsewhere.example")


async def test_nothing_is_made_anew_while_nothing_changes(store: Store):
    await store.activated()
    contexts = store.contexts

    assert await contexts.current() is await contexts.current()


async def test_a_successor_is_shown_to_the_next_connection(store: Store):
    await store.activated()
    contexts = store.contexts
    before = await contexts.current()
    await store.activated()
    after = await contexts.current()

    assert (before.identity != after.identity, before.trust == after.trust) == (True, True)


async def test_a_door_without_certificate_does_not_open(store: Store):
    with pytest.raises(Misconfigured, match="door_certificate_unusable"):
        await store.contexts.current()


async def test_a_revoked_certificate_opens_nothing(store: Store):
    identity = await store.activated()
    await store.center.revoke(identity, "betrieb")

    with pytest.raises(Misconfigured, match="door_certificate_unusable"):
        await store.contexts.current()


async def test_a_client_certificate_is_none_for_a_server(store: Store):
    _, request = await store.center.request_server(NAMES, SUBJECT)
    signed = sign_request(store.authority, request.read_bytes(), "client", 90)

    with pytest.raises(Rejected, match="certificate_unfit"):
        await store.center.import_certificate(pem(signed))


async def test_a_server_certificate_is_none_for_a_partner(store: Store):
    _, request = await store.center.request("musterkreis", "azr", SUBJECT)
    leaf = trustme.CA().issue_cert("hub.example")

    with pytest.raises(Rejected, match="certificate_key_unknown"):
        await store.center.import_certificate(leaf.cert_chain_pems[0].bytes())
    assert request.exists()


@pytest.mark.parametrize(
    "name", ["*.example", "Hub.example", "-x.example", "10.0.0.1 ", "", "a" * 64]
)
async def test_no_certificate_is_asked_for_a_name_that_is_none(store: Store, name: str):
    with pytest.raises(Rejected, match="host_name_invalid"):
        await store.center.request_server([name], SUBJECT)


async def test_only_cas_of_living_certificates_are_asked_for(store: Store):
    await store.activated()
    senders, others = trustme.CA(), trustme.CA()
    await store.center.trust("fv", senders.cert_pem.bytes())
    await store.center.trust("azr", others.cert_pem.bytes())
    own = senders.issue_cert("fv.example")
    leaf = read_chain(own.cert_chain_pems[0].bytes()).leaf
    bound = Credential(
        id="c-1", tenant="m", channel="fv", sender="fv", kind="certificate", partner="fv",
        digest=fingerprint(leaf), created_us=0, expires_us=2**62,
    )  # fmt: skip
    contexts = store.contexts
    before = await contexts.current()
    await store.database.write(lambda tx: credentials.add(tx, bound))
    after = await contexts.current()

    assert ssl.CERT_NONE is before.context.verify_mode
    assert greet(after.context, store.authority, "hub.example", own)
    with pytest.raises(ssl.SSLError):
        greet(after.context, store.authority, "hub.example", others.issue_cert("azr.example"))


def _files(folder: Path, leaf: trustme.LeafCert) -> tuple[Path, Path]:
    chain, key = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(b"".join(part.bytes() for part in leaf.cert_chain_pems))
    key.touch(0o600)
    key.write_bytes(leaf.private_key_pem.bytes())
    return chain, key


def _other_key(files: tuple[Path, Path]) -> None:
    files[1].write_bytes(trustme.CA().issue_cert("x.example").private_key_pem.bytes())


FAULTS = {
    "exposed": lambda files: files[1].chmod(0o644),
    "no key": lambda files: files[1].unlink(),
    "no chain": lambda files: files[0].unlink(),
    "another key": _other_key,
    "nonsense": lambda files: files[0].write_text("nonsense"),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_unusable_files_are_refused(store: Store, tmp_path: Path, fault: str):
    files = _files(tmp_path, trustme.CA().issue_cert("hub.example"))
    FAULTS[fault](files)

    with pytest.raises(Misconfigured, match="door_certificate_unusable"):
        await store.center.door_contexts(files).current()


async def test_an_ended_certificate_opens_nothing(store: Store, tmp_path: Path):
    files = _files(tmp_path, trustme.CA().issue_cert("hub.example"))
    late = FixedClock(at_us=50_000_000_000_000_000)
    center = CertificateCenter(store.database, bytes(32), late, tmp_path / "certs")

    with pytest.raises(Misconfigured, match="abgelaufen"):
        await center.door_contexts(files).current()
