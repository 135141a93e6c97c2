"""Evidence records of closed files, with a real authority, judged by OpenSSL and by the script."""

from __future__ import annotations

import asyncio
import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from efile import (
    Author,
    EFile,
    FolderStore,
    Host,
    NotFound,
    Statement,
    StorageMisconfigured,
    index_migrations,
)
from efile.integrity.record import decoded
from hub.core.clock import FixedClock
from hub.evidence.filings.stamps import TimeStamping
from hub.evidence.filings.timestamps import Roots
from hub.store.migrate import migrate
from tests.efile_house import SECRET, EFileHouse, request
from tests.engines import Engine
from tests.proof_package import SCRIPT
from tests.signing import SIGNING
from tests.time_stamps import Authority, make_authority, serving

TODAY = date(2026, 11, 22)
OVER = Statement(dates=dict.fromkeys(("benefit_ended", "claims_settled"), date(2026, 5, 4)))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with serving(make_authority(tmp_path_factory.mktemp("tsa"))) as found:
        yield found


@pytest.fixture
async def house(engine: Engine, tmp_path: Path, authority: Authority) -> AsyncIterator[EFileHouse]:
    database = engine.open()
    await migrate(database, index_migrations(database.dialect), 0)
    objects = FolderStore(tmp_path / "objects")
    stamping = TimeStamping(authority.url, Roots(authority.roots.read_bytes()))
    host = Host(signing=SIGNING, stamping=stamping)
    efile = EFile(database, objects, FixedClock(), SECRET, host)
    for number in (1, 2, 3):
        name = {"aktenzeichen": f"51.3-000{number}"}
        await efile.file(request(number * 10, retention=OVER, **name))
        await efile.file(request(number * 10 + 1, **name))
    await efile.file(request(90, aktenzeichen="51.3-0009"))
    yield EFileHouse(efile, objects, database, tmp_path / "objects")
    await efile.close()
    await asyncio.to_thread(database.close)


def by(number: int) -> Author:
    return Author("k.winter", 1_790_000_000_000_000 + number, f"act-{number}")


async def record_of(house: EFileHouse, akte: str) -> bytes:
    """Return the latest record of a file."""
    view = await house.efile.akte("muster", akte)
    (*_, newest) = [one for one in view.documents if one.doc_type == "Beweisdokument"]
    return await house.efile.fetch("muster", newest.id)


async def judged(house: EFileHouse, akte: str, folder: Path) -> dict[str, Any]:
    """Export the proof package of a file and let its script judge it."""
    await house.efile.proof.sign("muster")
    package = folder / "package.zip"
    await house.efile.proof.package("muster", akte, package)
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-I", SCRIPT.with_name("stempel.py"), "--json", package],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert 0 == done.returncode, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def proves(authority: Authority, folder: Path, token: bytes, digest: bytes) -> str:
    """Let OpenSSL say what a token proves of a digest."""
    (folder / "token.der").write_bytes(token)
    done = subprocess.run(
        ["openssl", "ts", "-verify", "-digest", digest.hex(), "-token_in", "-in",
         str(folder / "token.der"), "-CAfile", str(authority.roots)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


def climbed(tree: tuple[tuple[bytes, ...], ...], algorithm: str) -> bytes:
    """Return the root above a reduced tree, as RFC 4998 section 4.3 says."""
    here = b""
    for part in tree:
        here = hashlib.new(algorithm, b"".join(sorted([*part, *([here] if here else [])]))).digest()
    return here


async def test_closed_files_share_a_stamp_that_openssl_proves(
    house: EFileHouse, authority: Authority, tmp_path: Path
) -> None:
    made = await house.efile.preserving.preserve("muster", by(1), TODAY)
    records = [decoded(await record_of(house, one.akte.id)) for one in made]

    assert [("51.3-0001", 2), ("51.3-0002", 2), ("51.3-0003", 2)] == sorted(
        (one.akte.aktenzeichen, one.contents) for one in made
    )
    assert 1 == len({record.latest.token for record in records})
    for record, number in zip(records, (1, 2, 3), strict=True):
        texts = (f"Text {number}0", f"Text {number}1")
        leaves = {hashlib.sha256(text.encode()).digest() for text in texts}
        assert leaves == set(record.latest.tree[0])
        root = climbed(record.latest.tree, "sha256")
        assert "Verification: OK" in proves(authority, tmp_path, record.latest.token, root)
        wrong = hashlib.sha256(root).digest()
        assert "FAILED" in proves(authority, tmp_path, record.latest.token, wrong)
    assert [] == await house.efile.preserving.preserve("muster", by(2), TODAY)


async def test_openssl_reads_the_form_of_the_standard(house: EFileHouse, tmp_path: Path) -> None:
    await house.efile.preserving.preserve("muster", by(1), TODAY)
    path = tmp_path / "akte.ers"
    path.write_bytes(await record_of(house, "51.3-0001"))
    said = await asyncio.to_thread(
        subprocess.run, ["openssl", "asn1parse", "-inform", "DER", "-in", path],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = [" ".join(line.split()[1:]) for line in said.stdout.splitlines()]
    depths = [line.partition("d=")[2].partition(" ")[0] for line in said.stdout.splitlines()]

    assert ["0", "1", "1"] == depths[:3]
    assert "INTEGER :01" in lines[1]
    assert "OBJECT :sha256" in said.stdout.replace("           ", "")
    assert "cont [ 0 ]" in said.stdout
    assert "cont [ 2 ]" in said.stdout
    assert "pkcs7-signedData" in said.stdout


async def test_renewals_hold_and_the_script_says_so(
    house: EFileHouse, authority: Authority, tmp_path: Path
) -> None:
    room = house.efile.preserving
    await room.preserve("muster", by(1), TODAY)
    await room.renew("muster", "51.3-0001", by(2))
    await room.strengthen("muster", "51.3-0001", by(3))
    await room.renew("muster", "51.3-0001", by(4))
    record = decoded(await record_of(house, "51.3-0001"))
    (first, second), (third, fourth) = record.chains

    assert ["sha256", "sha256", "sha512", "sha512"] == [
        one.algorithm for one in (first, second, third, fourth)
    ]
    digests = [
        (second.token, hashlib.sha256(first.token).digest()),
        (third.token, climbed(third.tree, "sha512")),
        (fourth.token, hashlib.sha512(third.token).digest()),
    ]
    for token, digest in digests:
        assert "Verification: OK" in proves(authority, tmp_path, token, digest)
    found = await judged(house, "51.3-0001", tmp_path)
    assert [(2, 2, 1), (2, 2, 2), (2, 2, 3), (2, 2, 4)] == [
        (one["covered"], one["contents"], len(one["times"])) for one in found["stamps"]
    ]
    with pytest.raises(NotFound, match="no_evidence_record"):
        await room.renew("muster", "51.3-0009", by(5))


async def test_a_package_stands_on_the_first_head_that_was_stamped(
    house: EFileHouse, authority: Authority, tmp_path: Path
) -> None:
    await house.efile.proof.sign("muster")
    assert await house.efile.proof.stamp("muster", 0)
    await house.efile.file(request(95, aktenzeichen="51.3-0010"))
    found = await judged(house, "51.3-0001", tmp_path)
    with zipfile.ZipFile(tmp_path / "package.zip") as package:
        package.extractall(tmp_path / "open", ["kopf.txt", "kopf.tsr"])
    proven = await asyncio.to_thread(
        subprocess.run,
        ["openssl", "ts", "-verify", "-data", tmp_path / "open/kopf.txt", "-in",
         tmp_path / "open/kopf.tsr", "-CAfile", authority.roots],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    later = await judged(house, "51.3-0010", tmp_path)

    assert ["kopf.tsr"] == [one["file"] for one in found["stamps"]]
    assert "Verification: OK" in proven.stdout + proven.stderr
    assert [] == later["stamps"]


async def test_a_forged_record_is_told(house: EFileHouse, tmp_path: Path) -> None:
    await house.efile.preserving.preserve("muster", by(1), TODAY)
    await judged(house, "51.3-0001", tmp_path)
    with zipfile.ZipFile(tmp_path / "package.zip") as package:
        package.extractall(tmp_path / "open")
    (tmp_path / "open/dokumente").joinpath(
        next(p.name for p in (tmp_path / "open/dokumente").iterdir() if p.suffix == ".txt")
    ).write_bytes(b"anders")
    record = next((tmp_path / "open/dokumente").glob("*.ers"))
    stamps = [sys.executable, "-I", SCRIPT.with_name("stempel.py"), "--json", tmp_path / "open"]
    less = await asyncio.to_thread(
        subprocess.run, stamps, capture_output=True, text=True, check=False
    )
    tree = decoded(record.read_bytes()).latest.tree
    record.write_bytes(record.read_bytes().replace(tree[0][0], bytes(32), 1))
    forged = await asyncio.to_thread(
        subprocess.run, stamps, capture_output=True, text=True, check=False
    )

    assert [(1, 2)] == [
        (one["covered"], one["contents"]) for one in json.loads(less.stdout)["stamps"]
    ]
    assert 1 == forged.returncode
    assert "gehört nicht zu seinen Inhalten" in forged.stdout


async def test_what_is_filed_later_gets_a_record_too(house: EFileHouse, tmp_path: Path) -> None:
    await house.efile.preserving.preserve("muster", by(1), TODAY)
    later = request(77, aktenzeichen="51.3-0002", filed_at_us=1_790_000_000_500_000)
    await house.efile.file(later)

    (again,) = await house.efile.preserving.preserve("muster", by(1_000_000), TODAY)
    found = await judged(house, "51.3-0002", tmp_path)

    assert ("51.3-0002", 3) == (again.akte.aktenzeichen, again.contents)
    assert [(2, 3), (3, 3)] == [(one["covered"], one["contents"]) for one in found["stamps"]]
    before = house.snapshot()
    await house.efile.rebuild("muster")
    assert before == house.snapshot()


async def test_without_an_authority_there_are_no_records(house: EFileHouse) -> None:
    plain = EFile(house.database, house.objects, FixedClock(), SECRET, Host(signing=SIGNING))
    with pytest.raises(StorageMisconfigured, match="no_time_stamp_authority"):
        await plain.preserving.preserve("muster", by(1), TODAY)
    await plain.close()
