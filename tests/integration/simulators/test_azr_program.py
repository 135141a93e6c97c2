"""The simulated register as a program of its own, over mutual TLS."""

from __future__ import annotations

import asyncio
import json
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from yarl import URL

from hub.simulators.ca.__main__ import main as ca
from tests.unit.hub.simulators.azr.wire import NUMBER, UUID, by_number, query, report

PERSON = {
    "azr_number": NUMBER,
    "family_name": "Beispiel",
    "given_names": "Amina",
    "birth": "2015-03-09",
    "birth_country": "475",
    "sex": "w",
    "nationality": ["475"],
}


def client_certificate(root: Path, authority: str, name: str, purpose: str = "client") -> Path:
    """Key and certificate in one file, signed by the CA ``authority``."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(subject)
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    place = root / f"{authority}-{name}-{purpose}.pem"
    (root / "request.pem").write_bytes(request.public_bytes(serialization.Encoding.PEM))
    arguments = ["sign", str(root / authority), str(root / "request.pem"), str(place)]
    assert 0 == ca([*arguments, "--purpose", purpose])
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    place.write_bytes(private + place.read_bytes())
    return place


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("keys")
    for authority in ("trusted", "foreign"):
        assert 0 == ca(["init", str(root / authority)])
        client_certificate(root, authority, "Musterkreis")
    client_certificate(root, "trusted", "Nachbarkreis")
    client_certificate(root, "trusted", "Musterkreis", "server")
    assert 0 == ca(["server", str(root / "trusted"), "127.0.0.1", str(root / "server")])
    (root / "persons.json").write_text(json.dumps([PERSON]))
    return root


@dataclass
class Partner:
    """The running program and the way to it."""

    keys: Path
    url: str

    def tls(self, certificate: str | None) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.keys / "trusted" / "ca.pem")
        if certificate is not None:
            context.load_cert_chain(self.keys / certificate)
        return context

    async def post(
        self,
        message: str | bytes,
        number: int = 1,
        certificate: str | None = "trusted-Musterkreis-client.pem",
        **headers: str,
    ) -> tuple[int, bytes, dict[str, str]]:
        sent = {
            "Content-Type": "application/xml; charset=utf-8",
            "Idempotency-Key": UUID.format(number),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        body = message.encode() if isinstance(message, str) else message
        async with (
            aiohttp.ClientSession() as session,
            session.post(URL(self.url), data=body, headers=sent, ssl=self.tls(certificate)) as got,
        ):
            return got.status, await got.read(), dict(got.headers)


@contextmanager
def running(keys: Path, root: Path, *more: str) -> Iterator[Partner]:
    command = [
        sys.executable, "-m", "hub.simulators.azr", "--listen", "127.0.0.1:0",
        "--cert", str(keys / "server/cert.pem"), "--key", str(keys / "server/key.pem"),
        "--client-ca", str(keys / "trusted/ca.pem"), "--authority", "123456=Musterkreis",
        "--persons", str(keys / "persons.json"), "--state", str(root / "azr.db"), *more,
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        word, url = process.stdout.readline().split()
        try:
            assert "bereit" == word
            yield Partner(keys, url)
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=10)
    assert 0 == process.returncode


async def test_a_query_is_answered_in_the_same_exchange(keys: Path, tmp_path: Path) -> None:
    with running(keys, tmp_path) as partner:
        status, body, headers = await partner.post(query(by_number()))

    assert 200 == status
    assert "application/xml; charset=utf-8" == headers["Content-Type"]
    assert b"VonAZR.AZRGesamtauskunft.090004" in body


@pytest.mark.parametrize(
    "certificate", [None, "foreign-Musterkreis-client.pem", "trusted-Musterkreis-server.pem"]
)
async def test_no_connection_without_a_client_certificate_of_the_ca(
    keys: Path, tmp_path: Path, certificate: str | None
) -> None:
    with running(keys, tmp_path) as partner, pytest.raises(aiohttp.ClientError):
        await partner.post(query(by_number()), certificate=certificate)


async def test_a_certificate_of_another_authority_is_denied(keys: Path, tmp_path: Path) -> None:
    neighbour = "trusted-Nachbarkreis-client.pem"
    with running(keys, tmp_path, "--authority", "222222=Nachbarkreis") as partner:
        own = query(by_number()).replace(">123456<", ">222222<")
        granted, _, _ = await partner.post(own, certificate=neighbour)
        denied, _, _ = await partner.post(query(by_number()), certificate=neighbour)

    assert (200, 403) == (granted, denied)


async def test_a_certificate_nobody_registered_is_denied(keys: Path, tmp_path: Path) -> None:
    with running(keys, tmp_path) as partner:
        status, _, _ = await partner.post(
            query(by_number()), certificate="trusted-Nachbarkreis-client.pem"
        )

    assert 403 == status


async def test_a_revoked_certificate_is_denied(keys: Path, tmp_path: Path) -> None:
    pem = (keys / "trusted-Musterkreis-client.pem").read_bytes()
    serial = x509.load_pem_x509_certificate(pem).serial_number
    with running(keys, tmp_path, "--revoked", f"{serial:x}") as partner:
        status, _, _ = await partner.post(query(by_number()))

    assert 403 == status


async def test_a_broken_message_is_refused_with_the_reason(keys: Path, tmp_path: Path) -> None:
    wrong = query(by_number()).replace("xauslaender2611", "xauslaender2610")
    latin = query(by_number()).encode("iso8859-1")
    with running(keys, tmp_path) as partner:
        answers = [
            await partner.post(wrong),
            await partner.post(latin),
            await partner.post(query(by_number()), Content_Type="text/xml; charset=utf-8"),
            await partner.post(query(by_number()), Idempotency_Key=UUID.format(2)),
            await partner.post(query(by_number()).replace("dbs:490030020000", "dbs:1")),
        ]

    assert {400} == {status for status, _, _ in answers}
    reasons = [body.decode() for _, body, _ in answers]
    assert ["xauslaender2610", "UTF-8", "Content-Type", "Idempotency-Key", "leser"] == [
        word
        for word, reason in zip(
            ["xauslaender2610", "UTF-8", "Content-Type", "Idempotency-Key", "leser"],
            reasons,
            strict=True,
        )
        if word in reason
    ]


async def test_an_answer_that_was_lost_is_given_on_repetition(keys: Path, tmp_path: Path) -> None:
    with running(keys, tmp_path, "--drop-answer", "1") as partner:
        with pytest.raises(aiohttp.ClientError):
            await partner.post(report(1))
        first = await partner.post(report(1))
        second = await partner.post(report(1))

    assert 200 == first[0]
    assert b"090098" in first[1]
    assert first[1] == second[1]


async def test_a_restart_keeps_what_was_answered(keys: Path, tmp_path: Path) -> None:
    with running(keys, tmp_path) as partner:
        before = await partner.post(report(1))
    with running(keys, tmp_path) as partner:
        after = await partner.post(report(1))

    assert before[:2] == after[:2]


async def test_a_closed_register_says_when_to_come_back(keys: Path, tmp_path: Path) -> None:
    with running(keys, tmp_path, "--unavailable", "2") as partner:
        answers = [await partner.post(query(by_number())) for _ in range(3)]

    assert [503, 503, 200] == [status for status, _, _ in answers]
    assert "1" == answers[0][2]["Retry-After"]


async def test_messages_at_the_same_time_are_each_answered_once(keys: Path, tmp_path: Path) -> None:
    with running(keys, tmp_path) as partner:
        same = await asyncio.gather(*(partner.post(report(1)) for _ in range(8)))

    assert 1 == len({body for _, body, _ in same})


def test_persons_of_another_shape_are_refused(keys: Path, tmp_path: Path) -> None:
    (tmp_path / "persons.json").write_text(json.dumps([{**PERSON, "sex": "f"}]))
    command = [
        sys.executable, "-m", "hub.simulators.azr", "--listen", "127.0.0.1:0",
        "--cert", "x", "--key", "x", "--client-ca", "x", "--authority", "123456=M",
        "--persons", str(tmp_path / "persons.json"), "--state", str(tmp_path / "azr.db"),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert 1 == done.returncode
    assert "Eintrag 1, sex" in done.stderr
