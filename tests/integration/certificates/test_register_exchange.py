"""The whole AZR side against the simulated register: keys, TLS, mappings, decisions.

The register and the CA are programs of their own; they share nothing with the hub.
"""

import asyncio
import json
import re
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from hub.certificates.center import CertificateCenter
from hub.channels.outbound.https import HttpsDoor
from hub.core.clock import SystemClock
from hub.core.errors import Misconfigured, OutcomeUnknown, Unavailable
from hub.core.record import Record
from hub.formats.catalog import Catalog
from hub.mapping.catalog import Mappings
from hub.partners.azr import HANDLERS
from hub.partners.outcome import Outcome, Role
from hub.store.migrate import hub_migrations, migrate
from hub.store.sqlite import SqliteDatabase
from hub.uvg.model import Case, Child, RegisterState
from tests.factories import make_case, make_situation

ROOT = Path(__file__).parents[3]
NUMBER = "151103000001"
PERSON = {
    "azr_number": NUMBER,
    "family_name": "Beispiel",
    "given_names": "Amina",
    "birth": "2015-03-09",
    "birth_place": "Aleppo",
    "birth_country": "475",
    "sex": "w",
    "nationality": ["475"],
    "record_authority": "654321",
    "residence_title": {
        "kind": "aufenthaltserlaubnis",
        "code": "01",
        "since": "2025-02-01",
        "until": "2028-01-31",
    },
}
SUBJECT = {"country": "DE", "organization": "Musterkreis", "common_name": "aktenhub-musterkreis"}
FORMATS = Catalog.load(ROOT / "schemas")
MAPPINGS = Mappings.load(ROOT / "mappings", FORMATS)
ANSWERS = ("KeinTreffer", "Trefferliste", "Gesamtauskunft", "Bestaetigung", "Fehler")


@dataclass
class Line:
    """The hub's side of one exchange."""

    center: CertificateCenter
    door: HttpsDoor
    url: str

    async def send(self, body: bytes, key: str) -> bytes:
        context = await self.center.client_context("musterkreis", "azr")
        headers = {"Content-Type": "application/xml; charset=utf-8", "Idempotency-Key": key}
        receipt = await self.door.post(
            self.url, body, context=context, headers=headers, timeout_s=10
        )
        return receipt.body

    async def ask(self, record: Record) -> Record:
        key = str(uuid.uuid4())
        return understood(await self.send(written(record, key), key))


def written(record: Record, key: str) -> bytes:
    mapping = MAPPINGS.mapping(f"hub-to-azr/{record.kind}")
    context = {
        "message_uuid": key,
        "created_at": "2026-11-23T09:15:30.123+01:00",
        "tenant_name": "Kreisjugendamt Musterkreis",
        "street": "Rathausplatz",
        "house_number": "1",
        "postal_code": "99999",
        "city": "Musterstadt",
        "email": "uvg@musterkreis.example",
        "authority": "123456",
        "dvdv": "uvs:09999000",
    }
    return mapping.format.write(mapping.from_records([record], context))


def understood(answer: bytes) -> Record:
    """Read an answer as the hub does: the format that knows it, then its mapping."""
    (kind,) = [k for k in ANSWERS if FORMATS.format(f"azr/{k}-26.11").matches(answer, "")]
    mapping = MAPPINGS.mapping(f"azr-to-hub/{kind}")
    reading = mapping.format.read(answer)
    assert reading.findings == ()
    (record,) = mapping.to_records(reading.document)
    return record


def query(**changes: str) -> Record:
    child = {
        "family_name": "Beispiel",
        "given_names": "Amina",
        "birth_date": "2015-03-09",
        "birth_place": "Aleppo",
        "birth_country": "475",
        "sex": "w",
        "nationality": "475",
    }
    data = {"case_id": "UV-2026-0815", "file_reference": "UV-2026-0815", "clerk": "sb-017"}
    return Record("Registeranfrage", data | {"child": child | changes})


async def program(*arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *arguments, cwd=ROOT, stdout=asyncio.subprocess.DEVNULL
    )
    assert await process.wait() == 0


async def certified(center: CertificateCenter, folder: Path) -> str:
    """Request, have it signed by the test CA, import and activate."""
    identity, request = await center.request("musterkreis", "azr", SUBJECT)
    issued = folder / "issued.pem"
    await program("hub.simulators.ca", "sign", str(folder / "ca"), str(request), str(issued))
    await center.import_certificate(issued.read_bytes())
    await center.activate(identity, "admin")
    return identity


@asynccontextmanager
async def register(folder: Path, *options: str) -> AsyncIterator[str]:
    (folder / "persons.json").write_text(json.dumps([PERSON]), encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub.simulators.azr", "--listen", "127.0.0.1:0",
        "--cert", str(folder / "tls/cert.pem"), "--key", str(folder / "tls/key.pem"),
        "--client-ca", str(folder / "ca/ca.pem"), "--authority", "123456=aktenhub-musterkreis",
        "--persons", str(folder / "persons.json"), "--state", str(folder / "register.sqlite"),
        *options, cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        greeting = (await process.stdout.readline()).decode()
        yield re.sub(r"^bereit ", "", greeting).strip() + "/azr"
    finally:
        process.terminate()
        await process.wait()


@pytest.fixture
async def center(tmp_path):
    await program("hub.simulators.ca", "init", str(tmp_path / "ca"))
    server = ("server", str(tmp_path / "ca"), "127.0.0.1", str(tmp_path / "tls"))
    await program("hub.simulators.ca", *server)
    database = SqliteDatabase(tmp_path / "hub.db")
    await migrate(database, hub_migrations(), 0)
    center = CertificateCenter(database, bytes(range(32)), SystemClock(), tmp_path / "certs")
    await center.trust("azr", (tmp_path / "ca/ca.pem").read_bytes())
    yield center
    database.close()


def case() -> Case:
    child = make_case().child
    return make_case(
        child=Child(
            family_name="Beispiel",
            given_names="Amina",
            birth_date=child.birth_date,
            sex="w",
            nationality="475",
        ),
        register=RegisterState(
            state="queried", benefit_begin=make_situation().today.replace(day=1), clerk="sb-017"
        ),
    )


def decided(record: Record, known: Case | None) -> Outcome:
    return HANDLERS[record.kind](record, make_situation(known))


def to_register(outcome: Outcome) -> Record:
    (record,) = [send.record for send in outcome.sends if send.role is Role.REGISTER]
    return record


async def test_a_child_is_found_reported_and_acknowledged(center, tmp_path):
    await certified(center, tmp_path)
    async with register(tmp_path) as url, HttpsDoor() as door:
        line = Line(center, door, url)
        found = decided(await line.ask(query()), case())
        acknowledged = decided(await line.ask(to_register(found)), found.case)
        again = decided(await line.ask(query()), case())

    assert acknowledged.case is not None
    assert acknowledged.case.register.state == "acknowledged"
    assert acknowledged.case.register.azr_number == NUMBER
    assert acknowledged.case.register.reference_id != ""
    assert [send.role for send in again.sends] == [Role.CASE_CORE]


async def test_an_unknown_child_is_a_matter_for_a_clerk(center, tmp_path):
    await certified(center, tmp_path)
    async with register(tmp_path) as url, HttpsDoor() as door:
        answer = await Line(center, door, url).ask(
            query(family_name="Niemand", given_names="Nirgendwo", birth_date="2019-01-01")
        )

    assert answer.kind == "KeinTreffer"


async def test_an_answer_that_got_lost_is_asked_for_again_under_the_same_key(center, tmp_path):
    await certified(center, tmp_path)
    key = str(uuid.uuid4())
    body = written(query(), key)
    async with register(tmp_path, "--drop-answer", "1") as url, HttpsDoor() as door:
        line = Line(center, door, url)
        with pytest.raises(OutcomeUnknown):
            await line.send(body, key)
        answer = understood(await line.send(body, key))

    assert answer.data["azr_number"] == NUMBER


async def test_a_closed_register_is_waited_for(center, tmp_path):
    await certified(center, tmp_path)
    async with register(tmp_path, "--unavailable", "1") as url, HttpsDoor() as door:
        with pytest.raises(Unavailable) as raised:
            await Line(center, door, url).ask(query())

    assert raised.value.retry_after_s == 1.0


async def test_a_certificate_the_register_has_revoked_is_the_operators_matter(center, tmp_path):
    identity = await certified(center, tmp_path)
    serial = (await center.show(identity)).serial or ""
    async with register(tmp_path, "--revoked", serial) as url, HttpsDoor() as door:
        with pytest.raises(Misconfigured, match="partner_denies_access"):
            await Line(center, door, url).ask(query())


async def test_certificates_change_under_load_without_a_lost_request(center, tmp_path):
    first = await certified(center, tmp_path)
    second = await certified(center, tmp_path)
    changing = True

    async def asking(line: Line) -> int:
        answered = 0
        while changing:
            assert (await line.ask(query())).kind == "Gesamtauskunft"
            answered += 1
        return answered

    async with register(tmp_path) as url, HttpsDoor() as door:
        line = Line(center, door, url)
        load = [asyncio.create_task(asking(line)) for _ in range(3)]
        for change in range(20):
            await center.activate((first, second)[change % 2], "admin")
            await asyncio.sleep(0.02)
        changing = False
        answered = await asyncio.gather(*load)

    assert min(answered) > 0
